"""Terms and grants as tests need them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.domain.ids import AccountKey, GrantId, GrantKey, PatientKey, ShareId, ShareKey
from app.domain.sharing.consent import Assurance, Grant, Recipient, Status
from app.domain.sharing.scopes import Scope
from app.domain.sharing.share import Share, ShareKind
from app.domain.sharing.terms import Offer, Terms, frozen
from app.domain.trends.diary import OwnMeasure, Tracked

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
OWN = "0198c0de-7a00-7cc3-98c4-00000000000a"
EVERYTHING = frozenset(Scope)


def offer(
    *conditions: str,
    scopes: frozenset[Scope] = EVERYTHING,
    data_from: date | None = None,
    data_to: date | None = None,
) -> Offer:
    return Offer(conditions=conditions or ("fibromyalgia",), scopes=scopes, data_from=data_from, data_to=data_to)


def terms(
    its: Offer | None = None,
    *,
    tracked: dict[str, Tracked] | None = None,
    own_measures: tuple[OwnMeasure, ...] = (),
    id_key: bytes = b"k",
) -> Terms:
    return frozen(its or offer(), tracked or {}, own_measures, id_key)


def grant(status: Status = Status.ACTIVE, **other: object) -> Grant:
    """One that expires in a day."""
    its = Grant(
        status=status,
        expires_at=NOW + timedelta(days=1),
        terms=terms(),
        key=GrantKey(1),
        id=GrantId("g1"),
        pid="p1",
        patient=PatientKey(1),
        purpose=None,
        show_name=False,
        match_number="0042",
        recipient=Recipient(
            account=AccountKey(2),
            name=None,
            organisation=None,
            email="jay@example.org",
            assurance=Assurance.SELF_ASSERTED,
        ),
        created_at=NOW,
        confirmed_at=None,
        ended_at=None,
    )
    return replace(its, **other)


def share(status: Status = Status.ACTIVE, **other: object) -> Share:
    """A visit link that expires in a day."""
    its = Share(
        status=status,
        expires_at=NOW + timedelta(days=1),
        ended_at=None,
        terms=terms(),
        key=ShareKey(1),
        id=ShareId("s1"),
        patient=PatientKey(1),
        kind=ShareKind.VISIT,
        passcode_hash=None,
        attempts_left=None,
        uses=0,
        max_uses=5,
        created_at=NOW,
        filled_at=NOW,
        last_day=NOW.date(),
        last_opened_at=None,
    )
    return replace(its, **other)
