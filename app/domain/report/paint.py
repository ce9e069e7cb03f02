"""Colours, patterns and text of the charts: plain SVG 1.1 that browsers, phones and converters draw alike.

Colours stand as presentation attributes, so that a chart is whole where style sheets are stripped; only the theme
`auto` carries a style sheet, which overrides them where the reader prefers dark.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from html import escape

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Theme(StrEnum):
    """Whom a chart is coloured for; auto follows the reader's setting."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


_LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "soft": "#4a525b",
    "grid": "#d9dee4",
    "shade": "#eceff3",
    "hatch": "#b7c0ca",
    "line": "#1f5fa8",
}
_DARK: Mapping[str, str] = {
    "paper": "#14181d",
    "ink": "#e8ecf0",
    "soft": "#b4bdc7",
    "grid": "#323a43",
    "shade": "#222931",
    "hatch": "#48525d",
    "line": "#7db7f0",
}


def paint(theme: Theme, *, fill: str = "none", stroke: str = "none") -> str:
    """Attributes for a fill and a stroke of the palette, by its names."""
    palette = _DARK if theme is Theme.DARK else _LIGHT
    classes = " ".join([f"f-{fill}"] * (fill != "none") + [f"s-{stroke}"] * (stroke != "none"))
    return f'class="{classes}" fill="{palette.get(fill, fill)}" stroke="{palette.get(stroke, stroke)}"'


def style(theme: Theme) -> str:
    """The style sheet of the theme auto; nothing for the others."""
    if theme is not Theme.AUTO:
        return ""
    rules = "".join(f".f-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}" for name, colour in _DARK.items())
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def plain(text: str) -> str:
    """Text as XML may hold it: escaped, and without the characters that XML forbids."""
    return escape(_NOT_XML.sub("", text))


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")
