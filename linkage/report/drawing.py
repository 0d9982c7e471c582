"""Parts of a drawing as inline SVG: no script, no outside asset."""

from markupsafe import Markup


def drawing(width: float, height: float, title: str, text: str, *parts: Markup) -> Markup:
    """A picture with a title and what it shows in words, for who does not see it."""
    return Markup(
        '<svg viewBox="0 0 {:g} {:g}" width="{:g}" role="img"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(width, height, width, title, text, Markup("").join(parts))


def strip(width: float, *parts: Markup) -> Markup:
    """A bar in a table, as wide as its cell; it only repeats a number beside it, so a screen reader passes it over."""
    return Markup(
        '<svg class="strip" viewBox="0 0 {:g} 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(width, Markup("").join(parts))


def box(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> Markup:
    named = Markup("<title>{}</title>").format(title) if title else Markup("")
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">{}</rect>').format(
        kind, x, y, max(width, 0.0), max(height, 0.0), named
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(kind, x1, y1, x2, y2)


def curve(points: list[tuple[float, float]]) -> Markup:
    return Markup('<polyline class="curve" points="{}"/>').format(" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def text(x: float, y: float, content: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, content)
