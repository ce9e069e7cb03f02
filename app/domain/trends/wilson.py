"""The interval of a share (Wilson 1927, J Am Stat Assoc 22:209)."""

import math
from typing import Final

_Z: Final = 1.959964
"""Standard errors to each side of a 95 % interval."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of the share behind `hits` among `of` (at least 1); both bounds 0 to 1."""
    share, extra = hits / of, _Z * _Z / of
    middle = (share + extra / 2) / (1 + extra)
    half = _Z * math.sqrt(share * (1 - share) / of + extra / (4 * of)) / (1 + extra)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
