"""A chart as SVG: lines over two logarithmic axes. Colours and sizes are the reader's page's own where it has them."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 44, 60
COLOURS = ["#c0392b", "#1f618d", "#e59866", "#5dade2"]


def decades(values):
    """From the power of ten at or below the least value to the one at or above the greatest."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) - 1e-9)


def label(value):
    return "{:,.0f}".format(value)


def svg(title, across, up, lines):
    """`lines` are (name, [(x, y)]), all numbers greater than 0."""
    x_low, x_high = decades([x for _, points in lines for x, _ in points])
    y_low, y_high = decades([y for _, points in lines for _, y in points])

    def x_at(x):
        return LEFT + (math.log10(x) - x_low) / max(1, x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def y_at(y):
        return HEIGHT - BOTTOM - (math.log10(y) - y_low) / max(1, y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    def text(x, y, what, anchor="middle", extra=""):
        return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (x, y, anchor, extra, escape(what))

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">'
             % (WIDTH, HEIGHT), "<title>%s</title>" % escape(title),
             '<rect width="100%" height="100%" fill="white"/>',
             text(WIDTH / 2, 20, title, extra=' font-size="14"'), text(WIDTH / 2, HEIGHT - 14, across),
             text(16, HEIGHT / 2, up, extra=' transform="rotate(-90 16 %d)"' % (HEIGHT // 2))]
    for power in range(x_low, x_high + 1):
        x = x_at(10.0 ** power)
        parts.append('<path d="M%.1f %d V%d" stroke="#dddddd"/>' % (x, TOP, HEIGHT - BOTTOM))
        parts.append(text(x, HEIGHT - BOTTOM + 18, label(10.0 ** power)))
    for power in range(y_low, y_high + 1):
        y = y_at(10.0 ** power)
        parts.append('<path d="M%d %.1f H%d" stroke="#dddddd"/>' % (LEFT, y, WIDTH - RIGHT))
        parts.append(text(LEFT - 8, y + 4, label(10.0 ** power), "end"))
    for i, (name, points) in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        at = ["%.1f %.1f" % (x_at(x), y_at(y)) for x, y in points]
        parts.append('<path d="M%s" fill="none" stroke="%s" stroke-width="2"/>' % (" L".join(at), colour))
        parts += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x_at(x), y_at(y), colour) for x, y in points]
        parts.append('<path d="M%d %d h24" stroke="%s" stroke-width="2"/>' % (LEFT + 12, TOP + 14 + 16 * i, colour))
        parts.append(text(LEFT + 42, TOP + 18 + 16 * i, name, "start"))
    return "\n".join(parts) + "\n</svg>\n"
