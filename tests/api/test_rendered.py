"""Answers are kept by what they are made from, within a bound."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute

from app.api.rendered import Kept, Name, Rendered
from app.domain.ids import PatientKey

ROUTE = BaseRoute()

names = st.builds(
    Name,
    st.integers(1, 2).map(PatientKey),
    st.sampled_from(["/v1/trends", "/v1/trends/other"]),
    st.sampled_from([b"", b"as_of=2026-03-01"]),
    st.sampled_from(['"1"', '"2"']),
)


@given(st.lists(st.tuples(names, st.binary(max_size=12))))
def test_what_is_found_is_what_was_kept_last_and_never_too_much(kept: list[tuple[Name, bytes]]) -> None:
    rendered, latest = Rendered(most_bytes=30), dict[Name, bytes]()
    for name, body in kept:
        rendered.keep(name, Kept(body, ROUTE))
        latest[name] = body
        found = {known: _body(rendered, known) for known in latest}
        assert found[name] == body
        assert all(body in (None, latest[known]) for known, body in found.items())
        assert sum(len(body or b"") for body in found.values()) <= 30


def test_the_longest_unused_goes_first() -> None:
    first, second, third = (Name(PatientKey(1), path, b"", '"1"') for path in "abc")
    rendered = Rendered(most_bytes=2)
    rendered.keep(first, Kept(b"1", ROUTE))
    rendered.keep(second, Kept(b"2", ROUTE))
    rendered.get(first)
    rendered.keep(third, Kept(b"3", ROUTE))
    assert [_body(rendered, name) for name in (first, second, third)] == [b"1", None, b"3"]


def test_what_was_made_from_an_erased_diary_is_let_go() -> None:
    erased, other = (Name(PatientKey(patient), "a", b"", '"1"') for patient in (1, 2))
    rendered = Rendered(most_bytes=2)
    rendered.keep(erased, Kept(b"1", ROUTE))
    rendered.keep(other, Kept(b"2", ROUTE))
    rendered.forget(PatientKey(1))
    assert (_body(rendered, erased), _body(rendered, other)) == (None, b"2")
    rendered.keep(erased, Kept(b"3", ROUTE))
    assert _body(rendered, other) == b"2"


def _body(rendered: Rendered, name: Name) -> bytes | None:
    answer = rendered.get(name)
    return answer and answer.body
