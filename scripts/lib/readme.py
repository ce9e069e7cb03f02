"""The README's tables as the code has them: `.venv/bin/python -m scripts.lib.readme`, from the repository's root."""

from enum import StrEnum

from app.api.problems import KINDS
from app.api.validation import FIELD_CODES
from app.config import Settings


def settings_rows() -> list[str]:
    """`| setting | default | meaning |`: a row for each setting."""
    return [
        f"| `ONSET_{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]


def _shown(default: object) -> str:
    text = default.value if isinstance(default, StrEnum) else str(default or "")
    return f"`{text}`" if text else "none"


def code_rows() -> list[str]:
    """`| status | code | what it says |`: a row for each problem code."""
    return [f"| {kind.status} | `{code}` | {kind.detail} |" for code, kind in KINDS.items()]


def field_codes() -> str:
    """The codes that stand in `errors` of a 422, in one line."""
    return ", ".join(f"`{code}`" for code in sorted(FIELD_CODES))


if __name__ == "__main__":
    print("| setting | default | meaning |", "|---|---|---|", *settings_rows(), sep="\n")
    print("\n| status | code | what it says |", "|---|---|---|", *code_rows(), sep="\n")
    print(f"\n{field_codes()}")
