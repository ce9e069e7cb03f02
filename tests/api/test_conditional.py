"""ETags, If-None-Match and If-Match (RFC 9110, section 13)."""

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from app.api.conditional import (
    NO_REVISION,
    conditional,
    expected_by_put,
    expected_revision,
    is_known,
    revision_tag,
)
from app.domain.errors import Invalid
from app.domain.ids import Revision
from app.domain.sync.change import ANY_REVISION, NEVER_SEEN


def _request(**headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "headers": named})


@pytest.mark.parametrize("named", ['"41"', 'W/"41"', '"40", "41"', '"40" ,W/"41"', "*", ' "41" ', ', "41",'])
def test_content_that_the_client_has_is_not_sent_again(named: str) -> None:
    answer = conditional(
        _request(if_none_match=named), '"41"', lambda: pytest.fail("was made"), cache_control="no-cache"
    )
    assert (answer.status_code, answer.body) == (304, b"")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"41"', "no-cache")
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("named", ["", "41", '"42"', '"4', '"41" "41"', 'w/"41"', "**"])
def test_content_that_the_client_lacks_is_sent_with_its_tag(named: str) -> None:
    answer = conditional(_request(if_none_match=named), '"41"', lambda: b"{}")
    assert (answer.status_code, answer.body, answer.headers["etag"]) == (200, b"{}", '"41"')
    assert answer.headers["content-type"] == "application/json"


def test_comma_within_a_tag_does_not_end_it() -> None:
    assert is_known(_request(if_none_match='"a,b", "c"'), '"a,b"')


def test_headers_given_twice_are_one_list() -> None:
    named = [(b"if-none-match", b'"1"'), (b"if-none-match", b'"2"')]
    assert is_known(Request({"type": "http", "headers": named}), '"2"')


@given(st.integers(min_value=1, max_value=2**53))
def test_tag_of_a_revision_names_that_revision(revision: int) -> None:
    assert expected_revision(_request(if_match=revision_tag(Revision(revision)))) == revision


def test_write_without_if_match_expects_nothing() -> None:
    assert expected_revision(_request()) is None


def test_asterisk_asks_only_that_there_be_a_record() -> None:
    assert expected_revision(_request(if_match=" * ")) == ANY_REVISION


@pytest.mark.parametrize("named", ['W/"41"', '"abc"', '"0"', '"041"', '"-1"', '""', '"99999999999999999999"'])
def test_tag_that_is_no_revision_of_ours_matches_no_record(named: str) -> None:
    assert expected_revision(_request(if_match=named)) == NO_REVISION


@pytest.mark.parametrize("named", ["41", '"41', '"41", "42"', '"41" x', "*, *"])
def test_if_match_that_is_not_one_tag_is_refused_by_name(named: str) -> None:
    with pytest.raises(Invalid) as refused:
        expected_revision(_request(if_match=named))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("If-Match", "wrong-type")]


def test_put_can_ask_that_there_be_no_record_yet() -> None:
    assert expected_by_put(_request(if_none_match="*")) == NEVER_SEEN
    assert expected_by_put(_request(if_match='"41"')) == 41
    assert expected_by_put(_request()) is None


def test_put_that_asks_for_a_record_and_for_none_matches_nothing() -> None:
    assert expected_by_put(_request(if_none_match="*", if_match="*")) == NO_REVISION
    assert expected_by_put(_request(if_none_match="*", if_match='"41"')) == NO_REVISION


def test_put_unless_the_record_is_at_some_revision_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        expected_by_put(_request(if_none_match='"41"'))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("If-None-Match", "wrong-type")]
