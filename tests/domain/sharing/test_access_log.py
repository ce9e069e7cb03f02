"""The chain of the access log: any change shows, and by its number."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.ids import AccountId
from app.domain.sharing.access_log import (
    FIRST,
    Actor,
    ActorKind,
    Asked,
    Entry,
    Head,
    Link,
    Outcome,
    chained,
    first_fault,
    instant_text,
    log_key,
    row_text,
    sealed,
)
from tests.domain.sharing.samples import NOW

KEY = log_key(b"a secret key")
ADA, BEN = AccountId("ada"), AccountId("ben")
LABEL = "Dr J\N{LATIN SMALL LETTER A WITH DIAERESIS}y"
ENTRY = Entry(
    at=NOW,
    actor=Actor(kind=ActorKind.CLINICIAN, label=LABEL, assurance="self_asserted"),
    grant_id="g1",
    share_id=None,
    asked=Asked(route="/v1/x", conditions=("lupus",), first=date(2026, 3, 1), last=None),
    counts={"days": 3},
    outcome=Outcome.SERVED,
    code=None,
)
Chain = tuple[list[Link], Head | None]


def chain(count: int = 4, patient: AccountId = ADA) -> tuple[list[Link], Head]:
    links: list[Link] = []
    before = FIRST
    for seq in range(1, count + 1):
        at = NOW + timedelta(minutes=seq)
        text = row_text(seq, replace(ENTRY, at=at))
        before = chained(KEY, patient, before, text)
        links.append(Link(seq=seq, at=at, text=text, hash=before))
    return links, Head(seq=count, hash=before, seal=sealed(KEY, patient, count, before))


def test_a_row_is_json_with_every_field() -> None:
    assert row_text(7, ENTRY) == (
        '{"seq":7,"at":"2026-06-30T12:00:00.000000Z",'
        f'"actor":{{"kind":"clinician","label":"{LABEL}","assurance":"self_asserted"}},'
        '"grant_id":"g1","share_id":null,"route":"/v1/x","conditions":["lupus"],"from":"2026-03-01","to":null,'
        '"counts":{"days":3},"outcome":"served","code":null}'
    )
    assert instant_text(NOW) == "2026-06-30T12:00:00.000000Z"


def test_a_whole_chain_has_no_fault() -> None:
    assert first_fault(KEY, ADA, *chain()) is None
    assert first_fault(KEY, ADA, [], None) is None


def changed(at: int, /, **fields: object) -> Callable[[Chain], Chain]:
    def change(whole: Chain) -> Chain:
        links, head = whole
        return [*links[:at], replace(links[at], **fields), *links[at + 1 :]], head

    return change


def without(at: int) -> Callable[[Chain], Chain]:
    return lambda whole: ([*whole[0][:at], *whole[0][at + 1 :]], whole[1])


def with_head(**fields: object) -> Callable[[Chain], Chain]:
    return lambda whole: (whole[0], whole[1] and replace(whole[1], **fields))


LINKS, HEAD = chain()


SPOILT: list[tuple[Callable[[Chain], Chain], int]] = [
    (changed(1, text=row_text(2, replace(ENTRY, outcome=Outcome.DENIED))), 2),
    (changed(2, at=NOW), 3),
    (changed(0, hash=bytes(32)), 1),
    (changed(3, text="{"), 4),
    (changed(3, text="[]"), 4),
    (changed(2, seq=9), 3),
    (without(0), 1),
    (without(1), 2),
    (without(3), 4),
    (lambda whole: ([whole[0][1], whole[0][0], *whole[0][2:]], whole[1]), 1),
    (lambda whole: (whole[0][:2], replace(HEAD, seq=2, hash=LINKS[1].hash)), 2),
    (lambda whole: (whole[0][:2], Head(seq=2, hash=LINKS[1].hash, seal=bytes(32))), 2),
    (lambda whole: ([], whole[1]), 1),
    (lambda whole: (whole[0], None), 1),
    (with_head(seal=bytes(32)), 4),
    (with_head(seq=3), 4),
    (with_head(seq=6), 5),
]


@pytest.mark.parametrize(("spoil", "number"), SPOILT)
def test_a_changed_chain_is_found_by_the_first_row_that_is_not_as_written(
    spoil: Callable[[Chain], Chain], number: int
) -> None:
    assert first_fault(KEY, ADA, *spoil(chain())) == number


def test_the_chain_of_somebody_else_or_under_another_key_is_found() -> None:
    assert first_fault(KEY, BEN, *chain()) == 1
    assert first_fault(log_key(b"another key"), ADA, *chain()) == 1
