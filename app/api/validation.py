"""Pydantic's and FastAPI's findings in the words of the wire: a pointer, one of our codes, one plain sentence."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from app.domain.errors import FieldError
from app.domain.strict_json import MOST_NAMED, pointer_to

FIELD_CODES: Final = frozenset(
    {
        "day-mismatch",
        "date-in-future",
        "id-mismatch",
        "invalid-date",
        "invalid-text",
        "missing-field",
        "out-of-range",
        "password-too-common",
        "password-too-short",
        "repeated-field",
        "unknown-field",
        "wrong-type",
    }
)
"""The codes that stand in `errors` of a 422 (api, "Problem codes")."""

_NUMBER = "This must be a number."
_WHOLE = "This must be a whole number."
_TRUTH = "This must be true or false."
_LIST = "This must be a list."
_OBJECT = "This must be an object."
_REFUSED = "This value cannot be accepted."

_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "missing-field": {"missing": "This is needed."},
    "unknown-field": {"extra_forbidden": "There is no such field here."},
    "out-of-range": {
        "greater_than": "This must be more than {gt}.",
        "greater_than_equal": "This must be {ge} or more.",
        "less_than": "This must be less than {lt}.",
        "less_than_equal": "This must be {le} or less.",
        "too_short": "This needs at least {min_length} entries.",
        "too_long": "This may have at most {max_length} entries.",
        "literal_error": "This must be {expected}.",
        "enum": "This must be {expected}.",
    },
    "invalid-text": {
        "string_too_short": "This needs at least {min_length} characters.",
        "string_too_long": "This may have at most {max_length} characters.",
        "string_pattern_mismatch": "This text does not have the form that is asked for.",
        "string_unicode": "This text holds characters that cannot be stored.",
        "value_error": _REFUSED,
        "assertion_error": _REFUSED,
    },
    "wrong-type": {
        "string_type": "This must be text.",
        "int_type": _WHOLE,
        "int_from_float": _WHOLE,
        "int_parsing": _WHOLE,
        "int_parsing_size": "This number is too large.",
        "bool_type": _TRUTH,
        "bool_parsing": _TRUTH,
        "decimal_type": _NUMBER,
        "decimal_parsing": _NUMBER,
        "float_type": _NUMBER,
        "float_parsing": _NUMBER,
        "list_type": _LIST,
        "tuple_type": _LIST,
        "dict_type": _OBJECT,
        "model_type": _OBJECT,
        "model_attributes_type": _OBJECT,
    },
}
"""Pydantic's kinds of finding by our code; the braces are bounds that our own models name."""


def field_errors(found: Iterable[Mapping[str, object]], *, of_parameters: bool = False) -> list[FieldError]:
    """Every finding as a FieldError, the first MOST_NAMED of them.

    A pointer is a JSON Pointer into the body, or the bare name of a query, path or header parameter.
    """
    errors: list[FieldError] = []
    for finding in found:
        location = cast("tuple[str | int, ...]", finding["loc"])
        code, message = _in_our_words(finding)
        pointer = _parameter(location) if of_parameters else "".join(pointer_to(str(step)) for step in location)
        errors.append(FieldError(pointer=pointer, code=code, message=message))
        if len(errors) == MOST_NAMED:
            break
    return errors


def _parameter(location: Sequence[str | int]) -> str:
    """FastAPI puts where the parameter stands (query, path, header) before its name."""
    return str(location[1] if len(location) > 1 else location[0])


def _in_our_words(finding: Mapping[str, object]) -> tuple[str, str]:
    kind = str(finding["type"])
    if kind in FIELD_CODES:  # a validator of ours has said it already
        return kind, str(finding["msg"])
    bounds = cast("Mapping[str, object]", finding.get("ctx") or {})
    for code, sentences in _SENTENCES.items():
        if kind in sentences:
            return code, sentences[kind].format_map(bounds)
    if kind.startswith(("date", "time")):
        return "invalid-date", "This must be a date or time in the form that is asked for."
    return "wrong-type", "This is not the kind of value that is asked for."
