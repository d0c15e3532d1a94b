"""Pictures of figures as SVG: horizontal bars, and lines over two logarithmic axes. Enough for the pages of docs/, and nothing
else. Both are drawn on white, so that they look alike wherever they are shown."""
import html
import math

INK, FAINT, PAPER, MARK = "#20262d", "#c9d1d9", "#ffffff", "#c0392b"
LINE_COLOURS = ["#c0392b", "#1f618d", "#e59866", "#5dade2"]


def _text(x, y, text, anchor="start", size=13, weight="normal", colour=INK, turned=False):
    turn = ' transform="rotate(-90 %.1f %.1f)"' % (x, y) if turned else ""
    return '<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" font-weight="%s" fill="%s"%s>%s</text>' % (
        x, y, anchor, size, weight, colour, turn, html.escape(text))


def _rectangle(x, y, width, height, colour):
    return '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (x, y, width, height, colour)


def _path(steps, colour, width=1):
    return '<path d="%s" fill="none" stroke="%s" stroke-width="%d"/>' % (steps, colour, width)


def _page(width, height, parts):
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
            'font-family="system-ui, sans-serif">\n%s\n%s\n</svg>\n') % (
                width, height, width, height, _rectangle(0, 0, width, height, PAPER), "\n".join(parts))


def bars(title, subtitle, rows, colour, form="%.1f"):
    """The text of a picture. A row is (label, [(series, value)], target or None); a target is a mark across the row's bars.
    `colour` has one for each series."""
    width, labels, longest, height, gap = 900, 310, 470, 16, 12
    names = list(dict.fromkeys(name for _, values, _ in rows for name, _ in values))
    most = max(max([value for _, value in values] + [target or 0]) for _, values, target in rows)
    scale = longest / most if most else 0
    parts, y = [_text(16, 28, title, size=17, weight="bold"), _text(16, 48, subtitle, colour="#57606a")], 78
    x = 16
    for name in names:
        parts += [_rectangle(x, y - 11, 12, 12, colour[name]), _text(x + 18, y, name)]
        x += 36 + 8 * len(name)
    parts += [_path("M%d %d v14" % (x + 4, y - 12), MARK, 3), _text(x + 14, y, "must reach")]
    y += 22
    for label, values, target in rows:
        top = y
        parts.append(_text(labels - 12, y + height * len(values) / 2 + 5, label, anchor="end"))
        for name, value in values:
            parts.append(_rectangle(labels, y, max(1.0, value * scale), height - 2, colour[name]))
            parts.append(_text(labels + value * scale + 8, y + 12, form % value, size=12))
            y += height
        if target is not None:
            parts.append(_path("M%.1f %d V%d" % (labels + target * scale, top - 3, y + 1), MARK, 3))
        y += gap
    parts.append(_path("M%d 94 V%d" % (labels, y - gap), FAINT))
    return _page(width, y + 8, parts)


class _Axis:
    """Powers of ten between two places, from the one at or below the least value to the one at or above the greatest."""

    def __init__(self, values, start, end):
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) - 1e-9)
        self.start, self.end = start, end

    def at(self, value):
        return self.start + (math.log10(value) - self.low) / max(1, self.high - self.low) * (self.end - self.start)

    def marks(self):
        return [(self.at(10.0 ** power), "{:,.0f}".format(10.0 ** power)) for power in range(self.low, self.high + 1)]


def lines(title, across, up, curves):
    """The text of a picture. `curves` are (name, [(x, y)]), all numbers greater than 0."""
    width, height, left, right, top, bottom = 740, 420, 90, 720, 44, 360
    x_axis = _Axis([x for _, points in curves for x, _ in points], left, right)
    y_axis = _Axis([y for _, points in curves for _, y in points], bottom, top)
    parts = [_text(width / 2, 24, title, "middle", size=17, weight="bold"), _text(width / 2, height - 14, across, "middle"),
             _text(20, height / 2, up, "middle", turned=True)]
    for x, label in x_axis.marks():
        parts += [_path("M%.1f %d V%d" % (x, top, bottom), FAINT), _text(x, bottom + 18, label, "middle", size=12)]
    for y, label in y_axis.marks():
        parts += [_path("M%d %.1f H%d" % (left, y, right), FAINT), _text(left - 8, y + 4, label, "end", size=12)]
    for i, (name, points) in enumerate(curves):
        colour = LINE_COLOURS[i % len(LINE_COLOURS)]
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in points]
        parts.append(_path("M" + " L".join("%.1f %.1f" % place for place in places), colour, 2))
        parts += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x, y, colour) for x, y in places]
        parts.append(_path("M%d %d h24" % (left + 12, top + 14 + 16 * i), colour, 2))
        parts.append(_text(left + 42, top + 18 + 16 * i, name, size=12))
    return _page(width, height, parts)
