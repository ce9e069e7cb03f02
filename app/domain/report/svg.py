"""Pictures as SVG text: plain SVG 1.1 that browsers, phones and converters draw alike.

Colours stand as presentation attributes, so that a picture is whole where style sheets are stripped; only the theme
`auto` carries a style sheet, which overrides them where the reader prefers dark.
"""

import re
from collections.abc import Iterable
from html import escape

from app.domain.report.paint import DARK, Palette, Theme, palette
from app.domain.report.shapes import Area, Box, Colour, Dot, Lines, Mark, Picture, Point

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FONTS = "system-ui,-apple-system,Segoe UI,Roboto,sans-serif"
_HALO = 'stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


def svg(picture: Picture, theme: Theme) -> str:
    """A document that scales to the width it is given, with a title and a text alternative within."""
    colours, key = palette(theme), plain(picture.key)
    width, height = number(picture.width), number(picture.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{key}-title {key}-words" xml:lang="{plain(picture.language)}" '
        f'font-family="{_FONTS}">'
        f'<title id="{key}-title">{plain(picture.title)}</title><desc id="{key}-words">{plain(picture.words)}</desc>'
        f"{_style(theme)}"
        f'<rect width="{width}" height="{height}" {_paint(colours, fill=Colour.PAPER)}/>'
        f"{''.join(_drawn(mark, colours) for mark in picture.marks)}</svg>"
    )


def plain(text: str) -> str:
    """Text as XML may hold it: escaped, and without the characters that XML forbids."""
    return escape(_NOT_XML.sub("", text))


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def _drawn(mark: Mark, colours: Palette) -> str:
    match mark:
        case Box():
            return (
                f'<rect x="{number(mark.left)}" y="{number(mark.top)}" width="{number(mark.width)}" '
                f'height="{number(mark.height)}" {_paint(colours, fill=mark.fill, stroke=mark.stroke)}/>'
            )
        case Lines():
            dash = f' stroke-dasharray="{" ".join(map(number, mark.dash))}"' if mark.dash else ""
            return (
                f'<path d="{"".join(_path(line) for line in mark.through)}" {_paint(colours, stroke=mark.stroke)} '
                f'stroke-width="{number(mark.width)}" stroke-linejoin="round"{dash}/>'
            )
        case Dot():
            return (
                f'<circle cx="{number(mark.x)}" cy="{number(mark.y)}" r="{number(mark.radius)}" '
                f"{_paint(colours, fill=mark.fill, stroke=mark.stroke)}/>"
            )
        case Area():
            return f'<path d="{_path(mark.corners)}Z" {_paint(colours, fill=mark.fill)}/>'
        case _:  # a label
            weight = ' font-weight="600"' if mark.bold else ""
            return (
                f'<text x="{number(mark.x)}" y="{number(mark.y)}" font-size="{number(mark.size)}"{weight} '
                f'text-anchor="{mark.anchor}" {_HALO} {_paint(colours, fill=mark.fill, stroke=Colour.PAPER)}>'
                f"{plain(mark.text)}</text>"
            )


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _paint(colours: Palette, *, fill: Colour | None = None, stroke: Colour | None = None) -> str:
    """Attributes for a fill and a stroke, and the classes by which the style sheet finds them."""
    classes = " ".join([f"f-{fill}"] * (fill is not None) + [f"s-{stroke}"] * (stroke is not None))
    filled, stroked = (colours[colour] if colour else "none" for colour in (fill, stroke))
    return f'class="{classes}" fill="{filled}" stroke="{stroked}"'


def _style(theme: Theme) -> str:
    """The style sheet of the theme auto; nothing for the others."""
    if theme is not Theme.AUTO:
        return ""
    rules = "".join(f".f-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}" for name, colour in DARK.items())
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
