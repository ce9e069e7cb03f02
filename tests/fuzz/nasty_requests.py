"""Requests that break services: bodies, names, paths, queries and headers, each with its verdict."""

import gzip
import json
import zlib
from typing import NamedTuple

from tests.fuzz.nasties import MALFORMED, OK

UUID = "0198c0de-0000-7000-8000-00000000abcd"
TOO_LARGE = "413 body-too-large"
UNSUPPORTED = "415 unsupported-media-type"
NOT_FOUND = "404 not-found"
BAD_ID = "422 id invalid-text"
OTHER_ID = "422 id id-mismatch"
CHANGED = "412 revision-changed"
NOT_HTTP = "400 malformed-request"


class Request(NamedTuple):
    """What goes over the wire, beside the headers that every request has."""

    line: str | bytes
    verdict: str
    body: bytes = b""
    headers: bytes = b""


def _unknown(name: str, pointer: str) -> tuple[bytes, str]:
    return json.dumps({name: 1}).encode(), f"422 {pointer} unknown-field"


BODIES: list[tuple[bytes, str]] = [
    (b"{}", OK),
    (b' \t\r\n{"pain" : 3}\n ', OK),
    *(
        (text, MALFORMED)
        for text in (b"", b" ", b"\0", b"{", b"}", b"{}{}", b"{},", b"nul", b"undefined", b"()", b"\xff")
    ),
    *(
        (text, MALFORMED)
        for text in (b'{"pain":1,}', b"{'pain':1}", b'{"pain" 1}', b'{"pain":}', b"{pain:1}", b"{1:1}", b"{,}")
    ),
    *(
        (text, MALFORMED)
        for text in (b'{"pain":1}//', b'{/**/"pain":1}', b"#\n{}", b'{"pain":1}\0', b"pain=1", b"<a/>", b"--- {}")
    ),
    *((text, "422  wrong-type") for text in (b"[]", b"[{}]", b'"{}"', b"1", b"1.5", b"null", b"true", b"[[]]")),
    (b"\xef\xbb\xbf{}", MALFORMED),
    *(
        ('{"pain":1}'.encode(coding), MALFORMED)
        for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
    ),
    *((text, MALFORMED) for text in (b'{"pain":1,"pain":1}', b'{"pain":1,"pain":null}', rb'{"pain":1,"pa\u0069n":2}')),
    *((text, MALFORMED) for text in (b'{"x":{"a":1,"a":1}}', b'{"x":[[{"a":{},"a":1}]]}', rb'{"\ud800":1,"\uD800":1}')),
    *((opening * 15_000, MALFORMED) for opening in (b"[", b"{", b'{"a"', b"[[{")),
    *((b'{"a":' * depth + b"1" + b"}" * depth, MALFORMED) for depth in (17, 100, 10_000)),
    (b'{"a":' * 16 + b"1" + b"}" * 16, "422 /a unknown-field"),
    (b"[" * 100_000, TOO_LARGE),
    (b"{}" + b" " * (64 * 1024 - 2), OK),
    (b"{}" + b" " * (64 * 1024 - 1), TOO_LARGE),
    (gzip.compress(b"{}"), MALFORMED),
    *(
        _unknown(name, f"/{name}")
        for name in ("__proto__", "constructor", "toString", "id", "rev", "Pain", " pain", "ｐａｉｎ", "раin")
    ),
    *(
        _unknown(name, f"/{name}")
        for name in ("own:", "own:UPPER", f"own:{'a' * 41}", "own:a-b", "own:\u0131", "$set", "note; DROP TABLE", "")
    ),
    *(_unknown(*names) for names in (("a/b", "/a~1b"), ("~", "/~0"), ("x" * 5000, "/" + "x" * 100), ("😀", "/😀"))),
    (rb'{"pain\u0000":1}', "422 /pain\ufffd invalid-text"),
    (rb'{"\ud800":1}', "422 /\ufffd invalid-text"),
    (rb'{"note":"\ud800","pain":11}', "422 /note invalid-text"),
    (b'{"pain":11,"fatigue":"x","nope":1}', "422 /pain out-of-range /fatigue wrong-type /nope unknown-field"),
    (json.dumps({f"own:m{number}": 1 for number in range(198)}).encode(), OK),
    (json.dumps({f"own:m{number}": 1 for number in range(199)}).encode(), "422  out-of-range"),
    (
        json.dumps(dict.fromkeys(map(str, range(3000)), 1)).encode(),
        "422 " + " ".join(f"/{n} unknown-field" for n in range(100)),
    ),
    (b'{"local_date":"2026-02-03"}', "422 /local_date id-mismatch"),
    *((json.dumps({"time_zone": zone}).encode(), OK) for zone in ("Mars/Base", "../../etc/passwd", "UTC", "x" * 64)),
    *(
        (json.dumps({"time_zone": zone}).encode(), "422 /time_zone out-of-range")
        for zone in ("", "x" * 65, "a\n", "Zürich", "a%00")
    ),
]
"""Of PUT on a day that has no record."""

_PUT = f"PUT /v1/events/{UUID}"
_EVENT = b'{"starts_on":"2026-03-01"}'


def _put_event(verdict: str, *headers: str | bytes, body: bytes = _EVENT) -> Request:
    lines = (line if isinstance(line, bytes) else line.encode() for line in headers)
    return Request(_PUT, verdict, body, b"".join(line + b"\r\n" for line in lines))


def _ids(*ids: str, verdict: str) -> list[Request]:
    return [Request(f"PUT /v1/events/{record_id}", verdict, _EVENT) for record_id in ids]


PATHS = [
    *_ids(UUID, f"%30{UUID[1:]}", verdict=OK),
    *_ids(
        UUID.upper(),
        UUID.replace("-7", "-4"),
        UUID.replace("-", ""),
        "0" * 64,
        "1",
        "-",
        "_",
        UUID + "-x",
        verdict=OTHER_ID,
    ),
    *_ids(
        "0" * 65,
        "x" * 10_000,
        "%2e%2e",
        "..",
        "%2E",
        "%00",
        UUID + "%00",
        UUID + "%0d%0aX:1",
        "%",
        "%ff",
        verdict=BAD_ID,
    ),
    *_ids(
        "%F0%9F%98%80",
        "a%20b",
        "'%20OR%201=1",
        "%7Bid%7D",
        "{" + UUID + "}",
        f"urn:uuid:{UUID}",
        "%C3%A9",
        "a;b",
        verdict=BAD_ID,
    ),
    *_ids(
        "", "%2F", f"/{UUID}", f"{UUID}/", f"{UUID}/x", f"..%2fdays%2f{UUID}", f"../events/{UUID}", verdict=NOT_FOUND
    ),
    *(
        Request(f"PUT /v1/days/{day}", OK, b"{}")
        for day in ("2000-02-29", "1900-01-01", "2026-11-26", "day-2026-01-01")
    ),
    *(
        Request(f"PUT /v1/days/{day}", OTHER_ID, b"{}")
        for day in ("2026-02-30", "2025-02-29", "0000-01-01", "10000-01-01")
    ),
    *(
        Request(f"PUT /v1/days/{day}", OTHER_ID, b"{}")
        for day in ("20260301", "2026-W09-7", "1899-12-31", "3000-01-01", "day-", "Day-2026-01-01")
    ),
    *(
        Request(f"PUT /v1/days/{day}", BAD_ID, b"{}")
        for day in ("%EF%BC%92026-01-01", "2026-01-01T00:00", "2026-01-01%0A", "%D9%A1")
    ),
    Request("PUT /v1/days/2026-11-27", "422 /local_date date-in-future", b"{}"),
    *(
        Request(f"GET {path}", NOT_FOUND)
        for path in ("/", "//v1/days", "/v1//days", "/v1/days/", "/V1/days", "/v1/days;a=1", "/v1/days%3F")
    ),
    *(
        Request(f"GET {path}", NOT_FOUND)
        for path in ("/v1/days/../me", "/v1/./days", "/v1/..", "/v1/%2e%2e/days", "/docs/assets/../../etc/passwd")
    ),
    *(
        Request(f"GET {path}", NOT_FOUND)
        for path in ("/docs/assets/%2e%2e/%2e%2e/etc/passwd", "/docs/assets/..%2f..%2fapp/main.py", "/.git/config")
    ),
    *(
        Request(f"GET /v1/conditions/{name}", OTHER_ID)
        for name in ("__proto__", "constructor", "Fibromyalgia", "fibromyalgia2")
    ),
    *(
        Request(f"GET /v1/trends/{name}", NOT_FOUND)
        for name in ("__proto__", "%00", "%ff", "FIBROMYALGIA", "x" * 64, UUID, "..", "%0a")
    ),
    *(Request(f"GET /v1/catalogue/evidence/{name}", NOT_FOUND) for name in ("%00", "..", "a%2fb", "__class__")),
    *(Request(f"GET /v1/trends/{name}", "422 condition invalid-text") for name in ("x" * 65, "x" * 20_000)),
    *(
        Request(f"DELETE /v1/me/sessions/{name}", NOT_FOUND)
        for name in ("%00", "..", "x" * 10_000, UUID, UUID.upper(), "%F0%9F%98%80", "1")
    ),
    *(
        Request(f"{method} /v1/events/{UUID}", "405 method-not-allowed")
        for method in ("POST", "OPTIONS", "TRACE", "PROPFIND")
    ),
    *(Request(f"{method} /v1/conflicts/x", "405 method-not-allowed", b"{}") for method in ("PUT", "PATCH", "DELETE")),
    *(
        Request(line, NOT_HTTP)
        for line in ("get /v1/days", "NONSENSE /v1/days", "GET v1/days", "GET\t/v1/days", "GET /v1/da ys", "")
    ),
    Request("GET http://elsewhere.example/v1/days", "200"),
    Request("GET /v1/" + "x" * 70_000, "431 headers-too-large"),
]


def _list(query: str, verdict: str, path: str = "/v1/days") -> Request:
    return Request(f"GET {path}?{query}", verdict)


QUERIES = [
    *(
        _list(query, "200")
        for query in ("", "&&&", "=", "unknown=1", "limit=1&limit=2", "__proto__=1", "limit=1000", "cursor=", "%00=%00")
    ),
    *(
        _list(query, "200")
        for query in (
            "from=2026-03-02&to=2026-03-01",
            "from=2026-03-01&from=2026-03-02",
            "FROM=x",
            "from%5B%5D=x",
            "%ff=%ff",
        )
    ),
    *(_list(f"limit={limit}", "422 limit out-of-range") for limit in ("0", "-1", "1001", "9223372036854775808")),
    *(
        _list(f"limit={limit}", "422 limit wrong-type")
        for limit in ("", "x", "1.5", "1e2", "0x10", "NaN", "true", "%00", "9" * 5000, "%5B1%5D")
    ),
    *(_list(f"limit=5&limit={limit}", "422 limit wrong-type") for limit in ("x", "null")),
    *(
        _list(f"from={day}", "422 from invalid-date")
        for day in ("", "2026-02-30", "0000-01-01", "10000-01-01", "86400", "1899-12-31", "%00")
    ),
    *(
        _list(f"to={day}", "422 to invalid-date")
        for day in ("20260301", "2026-W09-7", "2026-03-01T00:00:00Z", "now", "%EF%BC%92026-01-01", "9" * 9000)
    ),
    *(
        _list(f"cursor={cursor}", "422 cursor out-of-range")
        for cursor in ("x", "%00", "AAAA", "%F0%9F%98%80", "====", "Lg", "Li4v", "e30", "a" * 200)
    ),
    *(
        _list(f"cursor={cursor}", "422 cursor out-of-range")
        for cursor in ("MjAyNi0wMi0zMC5kYXktMQ", "MjAyNi0wMy0wMS4nIE9SIDE9MQ", "MjAyNi0wMy0wMS4A")
    ),
    _list("cursor=MjAyNi0wMy0wMS5kYXktMjAyNi0wMy0wMQ", "200"),
    _list("cursor=" + "a" * 201, "422 cursor invalid-text"),
    *(_list(query, "422 from unknown-field", "/v1/measures") for query in ("from=2026-03-01", "from=")),
    *(_list(f"as_of={day}", "422 as_of invalid-date", "/v1/trends") for day in ("2026-02-30", "x", "", "1899-12-31")),
    *(_list(f"date={day}", "422 date invalid-date", "/v1/today") for day in ("2026-02-30", "86400", "")),
    *(
        _list(f"theme={theme}", "422 theme out-of-range", "/v1/trends/lupus/chart.svg")
        for theme in ("", "evil", "LIGHT", "%00")
    ),
    _list("measure=" + "x" * 65, "422 measure invalid-text", "/v1/trends/lupus/chart.svg"),
]

HEADERS = [
    *(
        _put_event(OK, f"Content-Type: {named}")
        for named in ("application/json", "APPLICATION/JSON", "application/json;charset=UTF-8", "")
    ),
    *(
        _put_event(OK, f"Content-Type: {named}")
        for named in ('application/json; charset="utf-8"', "application/merge-patch+json", "application/vnd.x+json")
    ),
    *(
        _put_event(UNSUPPORTED, f"Content-Type: {named}")
        for named in ("text/plain", "text/json", "application/jsonx", "multipart/form-data", "*/*", "json")
    ),
    *(
        _put_event(UNSUPPORTED, f"Content-Type: application/json;charset={named}")
        for named in ("utf-16", "latin1", "utf-7", "", "x" * 5000)
    ),
    *(
        _put_event(UNSUPPORTED, f"Content-Type: {named}")
        for named in ("application/x-www-form-urlencoded", "application/json, text/plain", "é/é")
    ),
    *(
        _put_event(UNSUPPORTED, f"Content-Encoding: {named}")
        for named in ("deflate", "br", "gzip, identity", "x", "é", "identity, gzip")
    ),
    _put_event(UNSUPPORTED, "Content-Encoding: gzip", body=gzip.compress(_EVENT)),
    _put_event(UNSUPPORTED, "Content-Encoding: GZIP", body=gzip.compress(b" " * 10_000_000)),
    _put_event(UNSUPPORTED, "Content-Encoding: deflate", body=zlib.compress(_EVENT)),
    *(_put_event(OK, f"Content-Encoding: {named}") for named in ("identity", "")),
    *(
        _put_event(CHANGED, f"If-Match: {tag}")
        for tag in ('"1"', '"0"', '"-1"', '"x"', 'W/"1"', '""', '"9999999999999999999999"', '"é"', '"1.0"', "*")
    ),
    *(
        _put_event("422 If-Match wrong-type", f"If-Match: {tag}")
        for tag in ("1", "x", "'1'", '"1', '1"', '"1", "2"', "W/1", '*, "1"', "\\", '"' * 999)
    ),
    _put_event("422 If-Match wrong-type", 'If-Match: "1"', 'If-Match: "2"'),
    _put_event(OK, "If-Match: "),
    *(_put_event(OK, f"If-None-Match: {tag}") for tag in ("*", "")),
    *(_put_event("422 If-None-Match wrong-type", f"If-None-Match: {tag}") for tag in ('"1"', "x", 'W/"1"', "**", '"1')),
    *(
        _put_event(OK, f"X-Request-ID: {named}")
        for named in ("x" * 5000, "a b", "é", "'; DROP TABLE accounts; --", "\t")
    ),
    _put_event(OK, b"X-Latin-1: \xe9\xff", b"X-Emoji: " + "😀".encode()),
    _put_event(OK, *(f"X-{number}: y" for number in range(500))),
    _put_event(
        OK, "Cookie: a=b; a=c; =; ;;", "X-Forwarded-For: ' OR 1=1", "Forwarded: for=x", "X-HTTP-Method-Override: DELETE"
    ),
    _put_event("431 headers-too-large", "X-Huge: " + "x" * 70_000),
    *(
        _put_event(NOT_HTTP, line)
        for line in (b"X-Nul: a\0b", b"No colon", b": no name", b"X Y: z", b"X\0: y", b"Content-Length: 5")
    ),
    *(
        _put_event(NOT_HTTP, line)
        for line in (b"Content-Length: -1", b"Content-Length: x", b"Transfer-Encoding: chunked")
    ),
]

_FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
_INVALID_FORM = "400 invalid-request"
_NO_GRANT = "400 invalid-grant"


def _token(body: bytes | str, verdict: str, headers: bytes = _FORM) -> Request:
    return Request("POST /v1/auth/token", verdict, body if isinstance(body, bytes) else body.encode(), headers)


_WHO = "grant_type=password&username=a@example.org&password="

FORMS = [
    *(
        _token(body, _INVALID_FORM)
        for body in ("", "&", "=", "grant_type", "grant_type=", "Grant_Type=password", "{}", "grant_type=password")
    ),
    *(
        _token(f"grant_type={form}", _INVALID_FORM)
        for form in ("refresh_token", "refresh_token&refresh_token=", "password&username=a")
    ),
    *(
        _token(f"grant_type={form}", "400 unsupported-grant-type")
        for form in ("x", "PASSWORD", "client_credentials", "%F0%9F%98%80", "password%20")
    ),
    *(
        _token(_WHO + end, _INVALID_FORM)
        for end in ("x&password=x", "%00", "%ff", "%ED%A0%80", "x&grant_type=password", "x&a" + "&b" * 60)
    ),
    *(
        _token(_WHO + end, _NO_GRANT)
        for end in ("x", "x%0d%0a", "%F0%9F%98%80", "x" * 10_000, "'%20OR%201=1", "%", "%zz")
    ),
    *(
        _token(f"grant_type=password&password=x&username={who}", _NO_GRANT)
        for who in ("'--", "x" * 10_000, "%0a", "%25", "a@b@c", "%E2%80%AE")
    ),
    *(
        _token(f"grant_type=refresh_token&refresh_token={end}", _NO_GRANT)
        for end in ("x", "onset_rt_", "onset_at_x", "x" * 10_000, "%C3%A9")
    ),
    _token(b"grant_type=password&username=\xe9&password=x", _INVALID_FORM),
    _token("grant_type=x&a=" + "x" * 16_384, TOO_LARGE),
    *(
        _token('{"grant_type":"password"}', UNSUPPORTED, headers)
        for headers in (b"", b"Content-Type: application/json\r\n")
    ),
    _token(_WHO + "x", UNSUPPORTED, b"Content-Type: multipart/form-data; boundary=x\r\n"),
    _token(_WHO + "x", UNSUPPORTED, b"Content-Type: application/x-www-form-urlencoded; charset=latin1\r\n"),
    *(
        Request("POST /v1/auth/revoke", "200", b"token=" + token, _FORM)
        for token in (b"x", b"%F0%9F%98%80", b"'--", b"onset_at_" + b"x" * 9000)
    ),
    *(
        Request("POST /v1/auth/revoke", _INVALID_FORM, body, _FORM)
        for body in (b"", b"token=", b"token=a&token=b", b"token=%00")
    ),
]
