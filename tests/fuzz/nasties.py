"""Values that break services, each with the verdict that is right for it.

A verdict is a status and its code, or for 422 each pointer with its code; what is accepted (201) may name how it reads
back where that differs from what was sent.
"""

from typing import NamedTuple


class Nasty(NamedTuple):
    """JSON text of one field, its verdict, and its JSON text when it is read back (as sent where None)."""

    sent: bytes | str
    verdict: str
    kept: str | None = None


OK = "201"
MALFORMED = "400 malformed-json"
RANGE = "422 {} out-of-range"
TYPE = "422 {} wrong-type"
TEXT = "422 {} invalid-text"
DATE = "422 {} invalid-date"

_DIGITS = "7" * 5000
_NOT_NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "+1",
    "01",
    "-01",
    ".5",
    "5.",
    "0x10",
    "1_0",
    "1e",
    "--1",
    "٣",
    "1٣",
    "½",
)

SCORES = [
    *(Nasty(text, MALFORMED) for text in _NOT_NUMBERS),
    *(Nasty(text, OK, text) for text in ("0", "10", "null")),
    Nasty("-0", OK, "0"),
    *(Nasty(text, TYPE) for text in ("-0.0", "0.0", "3.0", "10.0000", "7e0", "1e1", "100e-1", "1e-400", "4.5")),
    *(Nasty(text, RANGE) for text in ("11", "-1", "1e400", "-1e400", "9007199254740993", "1E99999999999999999999")),
    *(Nasty(text, RANGE) for text in (_DIGITS, f"-{_DIGITS}", f"{_DIGITS}.5", "9223372036854775808", "10.5", "-0.5")),
    Nasty(f"3.{_DIGITS}", TYPE),
    *(Nasty(text, TYPE) for text in ("true", "false", '"7"', '""', '"NaN"', "[]", "[7]", "{}", '{"$numberInt":"7"}')),
]
"""Of `pain`, a whole number from 0 to 10."""

MILLIGRAMS = [
    *(Nasty(text, OK, text) for text in ("4.5", "0.001", "50", "49.999", "0.1", "null")),
    *(Nasty(text, OK, kept) for text, kept in (("4.50", "4.5"), ("3.0", "3"), ("1e1", "10"), ("1e-3", "0.001"))),
    *(Nasty(text, OK, kept) for text, kept in (("50.000", "50"), ("0.45E1", "4.5"), ("4.5" + "0" * 5000, "4.5"))),
    *(
        Nasty(text, RANGE)
        for text in ("0", "-0", "-0.0", "0.000", "-1.5", "50.001", "51", "0.0005", "0.0001", "1e-400")
    ),
    *(
        Nasty(text, RANGE)
        for text in ("4.4999999999999999999", f"4.{_DIGITS}", _DIGITS, "1e400", "1e999999999999999999")
    ),
    *(Nasty(text, MALFORMED) for text in _NOT_NUMBERS),
    *(Nasty(text, TYPE) for text in ("true", '"4.5"', '"4,5"', "[4.5]", "{}")),
]
"""Of `mg`."""

_FAMILY = "👩🏽‍👩‍👧‍👦"
_KEPT_TEXTS = (
    "",
    " ",
    "  spaces at both ends  ",
    "null",
    "a\u2028b\u2029c\u0085d",
    "\ufeffafter a byte order mark",
    "\uffff\ufffe\U0010ffff\ufdd0",
    _FAMILY * 50,
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 🇵🇹 1️⃣",
    "\u202eevil\u202c \u2066isolate\u2069 \u200b\u200d\u2060",
    "e\u0301 is not \u00e9, \u212b is not \u00e5, \ufb01 is not fi, \u1112\u1161\u11ab is not \ud55c",
    "Z\u0351\u036b\u0343a\u0342\u033al\u034d\u034eg\u0310\u0357o\u0311",
    "ßẞİıſ ｐａｉｎ 𝐩𝐚𝐢𝐧",
    "'; DROP TABLE records; --",
    "' OR 1=1 --",
    "%s %(patient)s :patient $1 ? {0} {patient} ${jndi:ldap://localhost/a}",
    "<script>alert(1)</script><!--]]>&amp;&#0;",
    "=cmd|' /C calc'!A0",
    "\x7f\x80\x9f",
    "../../etc/passwd",
    "x" * 4000,
    "😀" * 4000,
)

NOTES = [
    *(Nasty(f'"{text}"', OK) for text in _KEPT_TEXTS),
    *(Nasty(f'"{text}"', RANGE) for text in ("x" * 4001, "😀" * 4001, "é" * 4001)),
    Nasty(r'"\ud83d\ude00' + r"\ud83d\ude00" * 3999 + '"', OK, '"' + "😀" * 4000 + '"'),
    Nasty(r'"\"\\\/\b\f\n\r\t\u0001\u001f\u2028\ufeff"', OK),
    Nasty(r'"\\u0000 \\ud800"', OK),
    Nasty(b'"+AGE-"', OK),
    *(
        Nasty(text, TEXT)
        for text in (r'"\u0000"', r'"a\u0000b"', r'"\ud800"', r'"\uDFFF"', r'"\udc00\ud800"', r'"\ud83dx"')
    ),
    *(
        Nasty(text, MALFORMED)
        for text in (r'"\x41"', r'"\u12"', r'"\u{41}"', r'"\U0001F600"', r'"\0"', "'a'", "a", '"a')
    ),
    *(Nasty(b'"a%cb"' % control, MALFORMED) for control in range(0x20)),
    *(
        Nasty(b'"%b"' % raw, MALFORMED)
        for raw in (b"\xc0\xaf", b"\xc0\x80", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xff")
    ),
    *(Nasty(b'"%b"' % raw, MALFORMED) for raw in (b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xe2\x82", b"\x80")),
    *(
        Nasty(b'"%b"' % raw, MALFORMED)
        for raw in (b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", "café".encode("latin-1"))
    ),
    *(Nasty(text, TYPE) for text in ("1", "1.0", "true", "[]", '["a"]', "{}")),
]
"""Of `note`, at most 4,000 code points."""

DATES = [
    *(Nasty(f'"{day}"', OK) for day in ("1900-01-01", "2999-12-31", "2000-02-29", "2024-02-29")),
    *(
        Nasty(f'"{day}"', DATE)
        for day in ("2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00")
    ),
    *(Nasty(f'"{day}"', DATE) for day in ("0000-01-01", "10000-01-01", "-001-01-01", "+2026-01-01", "26-01-01", "")),
    *(
        Nasty(f'"{day}"', DATE)
        for day in ("20260301", "2026-W09-7", "2026-060", "2026-3-1", "2026/03/01", "86400", "today")
    ),
    *(
        Nasty(f'"{day}"', DATE)
        for day in ("2026-03-01T00:00:00Z", " 2026-03-01", "2026-03-01 ", r"2026-03-01\n", "２０２６-03-01")
    ),
    *(Nasty(f'"{day}"', RANGE) for day in ("1899-12-31", "0001-01-01", "3000-01-01", "9999-12-31")),
    *(Nasty(text, TYPE) for text in ("86400", "20260301", "true", "[]", "{}", "[2026,3,1]")),
    Nasty("null", "422 {} missing-field"),
]
"""Of an event's `starts_on`."""

INSTANTS = [
    *(
        Nasty(f'"2026-03-01T22:15:00{end}"', OK)
        for end in ("Z", "+01:00", "-00:00", "+14:00", "-12:00", ".5Z", ".123456789Z")
    ),
    *(Nasty(f'"{at}"', OK) for at in ("2026-02-28T00:00:00Z", "2026-03-03T00:00:00Z", "2026-03-03T00:00:00-14:00")),
    Nasty('"2026-03-01t22:15:00.5z"', OK, '"2026-03-01T22:15:00.5Z"'),
    *(
        Nasty(f'"2026-03-01T22:15{end}"', DATE)
        for end in ("", ":00", "Z", ":60Z", ":00+24:00", ":00+01", ":00+0100", ":00.Z")
    ),
    *(
        Nasty(f'"2026-03-01T22:15:00{end}"', DATE)
        for end in (".1234567890Z", ",5Z", "+01:60", "[UTC]", "Z ", "ZZ", "−01:00")
    ),
    *(
        Nasty(f'"{at}"', DATE)
        for at in ("2026-03-01T24:00:00Z", "2026-03-01 22:15:00Z", "2026-02-30T22:15:00Z", "0000-03-01T22:15:00Z")
    ),
    *(
        Nasty(f'"{at}"', DATE)
        for at in ("10000-03-01T22:15:00Z", "3000-01-01T22:15:00Z", "2026-060T22:15:00Z", "2026-03-01", "")
    ),
    *(
        Nasty(f'"{at}"', "422 {} day-mismatch")
        for at in ("2026-03-03T00:00:01Z", "2026-02-27T23:59:59Z", "1900-01-01T00:00:00Z")
    ),
    *(Nasty(text, TYPE) for text in ("1772400000", "1772400000.5", "true", "[]", "{}")),
]
"""Of the `taken_at` of a dose of 2026-03-01."""

_CODES = ("pain", "fatigue", "own:grip")
LISTS = [
    Nasty("[]", OK),
    Nasty('["pain","own:grip"]', OK),
    Nasty('["pain","pain"]', OK, '["pain"]'),
    Nasty("[" + ",".join(f'"own:m{number}"' for number in range(100)) + "]", OK),
    Nasty("[" + ",".join(f'"own:m{number}"' for number in range(101)) + "]", RANGE),
    *(
        Nasty(text, RANGE)
        for text in ('["Pain"]', '["pain "]', '["own:"]', '["own:UPPER"]', f'["own:{"a" * 41}"]', '["раin"]')
    ),
    *(
        Nasty(text, TYPE)
        for text in ("{}", '"pain"', "1", "true", "[1]", "[null]", '[["pain"]]', '[{"pain":1}]', "[true]")
    ),
    *(Nasty(text, MALFORMED) for text in ("[", "]", "[,]", '["pain",]', '["pain" "fatigue"]', '[{"a":1,"a":2}]')),
    Nasty("[" * 15 + "]" * 15, TYPE),
    *(Nasty("[" * depth + "]" * depth, MALFORMED) for depth in (16, 100, 30_000)),
]
"""Of `skipped`, at most 100 measure codes; the record around them is a level of its own."""
