"""Horizontal bars as SVG: enough for the pages of docs/, and nothing else."""
import html

WIDTH, LABELS, BARS, HEIGHT, GAP = 900, 310, 470, 16, 12
INK, FAINT, PAPER = "#20262d", "#c9d1d9", "#ffffff"


def _text(x, y, text, anchor="start", size=13, weight="normal", colour=INK):
    return '<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" font-weight="%s" fill="%s">%s</text>' % (
        x, y, anchor, size, weight, colour, html.escape(text))


def _bar(x, y, width, height, colour):
    return '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (x, y, width, height, colour)


def bars(title, subtitle, rows, colour, form="%.1f"):
    """The text of a picture. A row is (label, [(series, value)], target or None); a target is a mark across the row's bars.
    `colour` has one for each series."""
    names = list(dict.fromkeys(name for _, values, _ in rows for name, _ in values))
    most = max(max([value for _, value in values] + [target or 0]) for _, values, target in rows)
    scale = BARS / most if most else 0
    parts, y = [_text(16, 28, title, size=17, weight="bold"), _text(16, 48, subtitle, colour="#57606a")], 78
    x = 16
    for name in names:
        parts += [_bar(x, y - 11, 12, 12, colour[name]), _text(x + 18, y, name)]
        x += 36 + 8 * len(name)
    parts += ['<path d="M%d %d v14" stroke="#c0392b" stroke-width="3"/>' % (x + 4, y - 12), _text(x + 14, y, "must reach")]
    y += 22
    for label, values, target in rows:
        top = y
        parts.append(_text(LABELS - 12, y + HEIGHT * len(values) / 2 + 5, label, anchor="end"))
        for name, value in values:
            parts.append(_bar(LABELS, y, max(1.0, value * scale), HEIGHT - 2, colour[name]))
            parts.append(_text(LABELS + value * scale + 8, y + 12, form % value, size=12))
            y += HEIGHT
        if target is not None:
            parts.append('<path d="M%.1f %d V%d" stroke="#c0392b" stroke-width="3"/>' % (LABELS + target * scale, top - 3, y + 1))
        y += GAP
    parts.append('<path d="M%d 94 V%d" stroke="%s"/>' % (LABELS, y - GAP, FAINT))
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
            'font-family="system-ui, sans-serif">\n%s\n%s\n</svg>\n') % (
                WIDTH, y + 8, WIDTH, y + 8, _bar(0, 0, WIDTH, y + 8, PAPER), "\n".join(parts))
