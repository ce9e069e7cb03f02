"""What a clinician reads under a grant; every answer passes app/services/serving.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from app.domain.access import Guest, SignedIn
from app.domain.clock import day_in_zone
from app.domain.errors import NotFound
from app.domain.ids import GrantId
from app.domain.sharing.access_log import ActorKind, Asked
from app.domain.sharing.consent import (
    Consent,
    Grant,
    GrantExpired,
    GrantPaused,
    GrantRevoked,
    Recipient,
    Status,
)
from app.domain.sharing.scopes import Scope
from app.services.granting import list_grants
from app.services.parts import Parts
from app.services.serving import Built, Reading, serve
from app.storage.grants import Subject
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A grant that a clinician holds, and whose it is."""

    grant: Grant
    subject: Subject
    guest: Guest

    @property
    def display_name(self) -> str | None:
        """The patient's name, if the patient chose to show it."""
        return self.subject.display_name if self.grant.show_name else None


async def held(parts: Parts, access: SignedIn, pid: str) -> Held:
    """The grant that this clinician holds for the pseudonym; refuses with NotFound where there is none.

    What it says is no permission yet: `read` checks it again.
    """

    def look(work: Work) -> Held:
        grant = work.grants.held(pid)
        subject = grant and work.grants.subject(grant.patient)
        if grant is None or subject is None or grant.status is Status.PENDING:
            raise NotFound
        return _held(grant, subject)

    return await parts.database.read(access, look)


async def read(  # noqa: PLR0913 - an answer is named by whom it is for and what it takes
    parts: Parts,
    its: Held,
    asked: Asked,
    needs: frozenset[Scope],
    build: Callable[[], Awaitable[Built]],
    *,
    is_known: Callable[[bytes], bool],
) -> tuple[Built, bool]:
    """The answer, and whether the clinician holds it already; refuses as `serve`."""
    return await serve(parts, _reading(its, asked, needs), its.grant, build, is_known=is_known)


def today(parts: Parts, its: Held, as_of: date | None) -> date:
    """The date of a look: today in the patient's zone unless an earlier one is given."""
    present = day_in_zone(parts.clock(), its.subject.time_zone)
    return present if as_of is None else min(as_of, present)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """Some patients, in the order of their grants."""

    patients: list[Held]
    next_after: GrantId | None
    """The grant that the next page begins after; None where this was the last."""


async def list_patients(parts: Parts, access: SignedIn, route: str, *, after: str | None, limit: int) -> PatientPage:
    """The patients whose grants are active, each told in their access log; those that ended meanwhile are left out.

    Refuses with Invalid where there is no such place to begin after.
    """
    page = await list_grants(parts, access, after=after, limit=limit, active_at=parts.clock())

    def look(work: Work) -> list[Held]:
        subjects = [(grant, work.grants.subject(grant.patient)) for grant in page.grants]
        return [_held(grant, subject) for grant, subject in subjects if subject is not None]

    found = await parts.database.read(access, look)
    return PatientPage(patients=[its for its in found if await _tell(parts, its, route)], next_after=page.next_after)


async def _tell(parts: Parts, its: Held, route: str) -> bool:
    """Whether the patient may be listed, and was told so."""
    asked = Asked(route=route, conditions=its.grant.terms.conditions)

    async def listed() -> Built:
        return Built(body=b"")

    try:
        await serve(parts, _reading(its, asked, frozenset()), its.grant, listed, is_known=lambda _: False)
    except (NotFound, GrantExpired, GrantPaused, GrantRevoked):
        return False
    return True


def _held(grant: Grant, subject: Subject) -> Held:
    return Held(grant=grant, subject=subject, guest=_guest(grant))


def _guest(grant: Grant) -> Guest:
    recipient = grant.recipient
    return Guest(patient=grant.patient, label=label_of(recipient), assurance=recipient.assurance, grant_id=grant.id)


def label_of(recipient: Recipient) -> str:
    """A clinician as the access log names one."""
    named = ", ".join(filter(None, (recipient.name, recipient.organisation)))
    return f"{named} ({recipient.email})" if named else recipient.email


def _reading(its: Held, asked: Asked, needs: frozenset[Scope]) -> Reading:
    grant_id = GrantId(its.grant.id)

    def standing(work: Work) -> Consent | None:
        return work.grants.to_read(grant_id)

    return Reading(guest=its.guest, kind=ActorKind.CLINICIAN, asked=asked, needs=needs, standing=standing)
