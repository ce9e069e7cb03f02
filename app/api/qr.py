"""QR codes as SVG text (ISO/IEC 18004), error correction M."""

import io
from typing import Final

import segno

_BORDER: Final = 4
"""Light modules around it, as the standard asks."""


def qr_svg(text: str) -> str:
    """The text as one SVG element that scales to whatever holds it."""
    out = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        out, kind="svg", border=_BORDER, xmldecl=False, svgns=True, omitsize=True, light="#fff", nl=False
    )
    return out.getvalue().decode()
