"""The two fonts of a page, embedded as far as they are used, and how wide a text is in them.

DejaVu Sans Condensed holds Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian letters. Of what it lacks,
such as Chinese, an empty box is seen; the letter itself is still found by those who search or copy the text.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# - the library's types leave some of its own open

from functools import cache
from importlib.resources import as_file, files

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"


@cache
def font(name: str) -> TTFont:
    """One of the two, read at its first use and known to the library by its name."""
    with as_file(files(__package__ or "") / "fonts" / f"{name}.ttf") as path:
        found = TTFont(name, str(path))
    registerFont(found)
    return found


@cache
def _letter_width(name: str, letter: str) -> float:
    return font(name).stringWidth(letter, 1)


def width_of(text: str, name: str, size: float) -> float:
    """The width of a text in points."""
    return size * sum(_letter_width(name, letter) for letter in text)
