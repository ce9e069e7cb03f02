"""Answers to others: built whole, then checked and logged in one transaction, and only then sent (sharing, section 2).

The check is asked of the primary database in the transaction that writes the access log, so that nothing is served
after a revocation was answered; where the row cannot be written, nothing is served. Links and FHIR use it as
account grants do.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.domain.access import Guest
from app.domain.errors import DatabaseUnavailable, NotFound, Refusal, StorageFull
from app.domain.sharing.access_log import Actor, ActorKind, Asked, Entry, Outcome, log_key
from app.domain.sharing.consent import Consent, refusal
from app.domain.sharing.scopes import Scope
from app.domain.sharing.share import LinkSpent
from app.services.parts import Parts
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A whole answer, before anybody may see it."""

    body: bytes
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """How much of what is in it, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One request of a guest under one consent."""

    guest: Guest
    kind: ActorKind
    asked: Asked
    needs: Collection[Scope]
    standing: Callable[[Work], Consent | None]
    """The consent as it stands, locked until the unit of work ends; None where it is gone with its patient."""
    count: Callable[[Work], None] | None = None
    """Counts the answer in the same transaction, if it is served."""


async def serve(
    parts: Parts,
    reading: Reading,
    consent: Consent,
    build: Callable[[], Awaitable[Built]],
    *,
    is_known: Callable[[bytes], bool],
) -> tuple[Built, bool]:
    """The answer, and whether the guest holds it already; refuses with what the consent says, and with NotFound.

    `consent` is as it stood when the request came: where that refuses, nothing is built. `is_known` is asked with the
    body before the check, so that "unchanged" is served, checked and logged like any other answer.
    """
    early = refusal(consent, reading.needs, parts.clock())
    if early is not None:
        raise await _denied(parts, reading, early)
    try:
        built = await build()
    except Refusal as why:
        raise await _denied(parts, reading, why) from None
    known = is_known(built.body)
    late = await _checked(parts, reading, built.counts, Outcome.UNCHANGED if known else Outcome.SERVED)
    if late is not None:
        raise late
    return built, known


async def _denied(parts: Parts, reading: Reading, why: Refusal) -> Refusal:
    """The refusal, once it is in the log; what is no denial (a mistake in the request, a lost database) is not."""
    if why.code not in _DENIALS:
        return why
    key, actor = log_key(parts.secret_key), _actor(reading)

    def log(work: Work) -> None:
        if reading.standing(work) is not None:  # there is a log to write to
            work.audit.append(_entry(reading, actor, parts.clock(), {}, Outcome.DENIED, _reason(why)), key)

    await _logged(parts, reading, log)
    return why


_log = structlog.get_logger()
_DENIALS = frozenset(
    {"not-found", "scope-not-granted", "grant-revoked", "grant-expired", "grant-paused", "wrong-role"}
    | {"passcode-missing", "passcode-wrong"}
)


async def _checked(parts: Parts, reading: Reading, counts: Mapping[str, int], outcome: Outcome) -> Refusal | None:
    """None once the consent was found to stand and the row is written; else the refusal, which is logged as well."""
    key, actor = log_key(parts.secret_key), _actor(reading)

    def check(work: Work) -> Refusal | None:
        consent, now = reading.standing(work), parts.clock()
        if consent is None:
            return NotFound()
        why = refusal(consent, reading.needs, now)
        entry = (
            _entry(reading, actor, now, counts, outcome, None)
            if why is None
            else _entry(reading, actor, now, {}, Outcome.DENIED, _reason(why))
        )
        work.audit.append(entry, key)
        if why is None and reading.count is not None:
            reading.count(work)
        return why

    return await _logged(parts, reading, check)


async def _logged(parts: Parts, reading: Reading, work: Callable[[Work], Refusal | None]) -> Refusal | None:
    try:
        return await parts.database.write(reading.guest, work)
    except StorageFull:
        raise DatabaseUnavailable from None  # nothing was to be stored for the reader
    except Refusal:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever it was, nothing may be served without its row
        _log.error("access-log-not-written", exc_info=failure)
        raise DatabaseUnavailable from None


def _reason(why: Refusal) -> str:
    """As the patient reads it."""
    return why.reason if isinstance(why, LinkSpent) else why.code


def _actor(reading: Reading) -> Actor:
    return Actor(kind=reading.kind, label=reading.guest.label, assurance=reading.guest.assurance)


def _entry(  # noqa: PLR0913, PLR0917 - a row of the log
    reading: Reading, actor: Actor, at: datetime, counts: Mapping[str, int], outcome: Outcome, code: str | None
) -> Entry:
    return Entry(
        at=at,
        actor=actor,
        grant_id=reading.guest.grant_id,
        share_id=reading.guest.share_id,
        asked=reading.asked,
        counts=counts,
        outcome=outcome,
        code=code,
    )
