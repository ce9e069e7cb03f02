"""What whoever holds a link is answered; every answer passes app/services/serving.py (sharing, section 3).

A link that opens nothing any more answers like one that never was. The patient reads the reason in the access log.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from app.domain.access import Guest, Nobody
from app.domain.errors import NotFound, Overloaded
from app.domain.sharing.access_log import ActorKind, Asked, instant_text
from app.domain.sharing.consent import Assurance, Consent, GrantExpired, GrantPaused, GrantRevoked, refusal
from app.domain.sharing.scopes import Scope
from app.domain.sharing.share import LinkLocked, PasscodeMissing, PasscodeWrong, Share, ShareKind
from app.domain.sharing.shlink import link_url
from app.security.links import Ticket, token_fingerprint
from app.services.parts import Parts
from app.services.serving import Built, Reading, serve
from app.storage.shares import Found
from app.storage.work import Work

TICKET_LIFETIME: Final = timedelta(hours=1)
EMBEDDED_BY_DEFAULT: Final = 1024 * 1024
"""Characters of a file that is put into the manifest itself unless the reader wants less or more."""
UNKNOWN: Final = "unknown"
"""Who asks for a file by an address that nobody was given."""
_DEAD: Final = (GrantRevoked, GrantExpired, GrantPaused)
_NEEDS: Final = frozenset({Scope.EXPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody asks something of a link."""

    token: str
    recipient: str
    """Who they say they are."""
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What somebody asks of an ongoing link."""

    passcode: str | None
    embedded_max: int | None
    """The longest file that they want within the manifest."""
    base: str
    """The service's own address."""


async def found(parts: Parts, visitor: Nobody, token: str) -> Found:
    """The share of a link; refuses with NotFound where there is none."""
    its = await parts.database.read(visitor, lambda work: work.shares.by_token(token_fingerprint(token)))
    if its is None:
        raise NotFound
    return its


async def look(parts: Parts, its: Found) -> int:
    """How long the file of a visit link is; nothing is read, counted or logged. Refuses with NotFound."""
    share = its.share
    if share.kind is not ShareKind.VISIT or refusal(share, _NEEDS, parts.clock()) is not None:
        raise NotFound
    try:
        return len((await _file(parts, share, _guest(share, ""))).body)
    except GrantRevoked:
        raise NotFound from None


async def open_visit(parts: Parts, its: Found, visit: Visit) -> bytes:
    """The file of a visit link, counted as opened; refuses with NotFound."""
    share = its.share
    guest = _guest(share, visit.recipient)

    async def build() -> Built:
        if share.kind is not ShareKind.VISIT:
            raise NotFound
        return await _file(parts, share, guest, its)

    return await _served(parts, share, guest, visit, build, opens=True)


async def read_manifest(parts: Parts, its: Found, visit: Visit, manifest: Manifest) -> bytes:
    """The manifest of an ongoing link as JSON, counted as opened.

    Refuses with NotFound, PasscodeMissing and PasscodeWrong.
    """
    share = its.share
    guest = _guest(share, visit.recipient)

    async def build() -> Built:
        if share.kind is not ShareKind.ONGOING:
            raise NotFound
        await _prove(parts, share, guest, manifest.passcode)
        file = await _file(parts, share, guest, its)
        most = EMBEDDED_BY_DEFAULT if manifest.embedded_max is None else manifest.embedded_max
        told: dict[str, object] = {"contentType": "application/fhir+json", "lastUpdated": instant_text(share.filled_at)}
        if len(file.body) <= most:
            told["embedded"] = file.body.decode()
            return Built(body=_manifest(told), counts=file.counts)
        told["location"] = _location(parts, visit, manifest.base)
        return Built(body=_manifest(told), counts={})

    return await _served(parts, share, guest, visit, build, opens=True)


async def read_file(parts: Parts, its: Found, token: str, ticket_text: str, route: str) -> bytes:
    """The file that a manifest gave a location of, for a while; refuses with NotFound."""
    share, ticket = its.share, parts.tickets.read(ticket_text, token)
    visit = Visit(token=token, recipient=ticket.recipient if ticket else UNKNOWN, route=route)
    guest = _guest(share, visit.recipient)

    async def build() -> Built:
        if ticket is None or ticket.expires_at <= parts.clock():
            raise NotFound
        return await _file(parts, share, guest, its)

    return await _served(parts, share, guest, visit, build, opens=False)


async def _served(  # noqa: PLR0913 - what is answered, to whom, under what
    parts: Parts, share: Share, guest: Guest, visit: Visit, build: Callable[[], Awaitable[Built]], *, opens: bool
) -> bytes:
    terms = share.terms

    def standing(work: Work) -> Consent | None:
        stands = work.shares.to_read(share.id)
        return stands if opens or stands is None else replace(stands, max_uses=None)  # it was opened with its manifest

    def count(work: Work) -> None:
        work.shares.count_open(share, parts.clock())

    reading = Reading(
        guest=guest,
        kind=ActorKind.LINK,
        asked=Asked(
            route=visit.route,
            conditions=terms.conditions,
            first=terms.data_from,
            last=share.last_day,
        ),
        needs=_NEEDS,
        standing=standing,
        count=count if opens else None,
    )
    asked = share if opens else replace(share, max_uses=None)
    try:
        built, _ = await serve(parts, reading, asked, build, is_known=lambda _: False)
    except _DEAD:
        raise NotFound from None
    return built.body


async def _prove(parts: Parts, share: Share, guest: Guest, passcode: str | None) -> None:
    """Refuses with PasscodeMissing, PasscodeWrong and LinkLocked.

    An attempt is taken before the passcode is looked at, and given back if it was right: guesses sent side by side
    gain nothing. Those of this process come one after the other, so that many who know it do not use up the attempts.
    """
    async with parts.turns.of(share.id):
        if not passcode:
            stands = await parts.database.read(guest, lambda work: work.shares.attempts_left(share))
            raise PasscodeMissing(stands or 0) if stands else LinkLocked
        left = await parts.database.write(guest, lambda work: work.shares.take_attempt(share))
        if left is None:
            raise LinkLocked
        try:
            is_right = (await parts.passwords.verify(passcode, share.passcode_hash)).matches
        except Overloaded:
            is_right = None
        if is_right is False:
            raise PasscodeWrong(left)
        await parts.database.write(guest, lambda work: work.shares.give_back_attempt(share))
        if is_right is None:
            raise Overloaded


async def _file(parts: Parts, share: Share, guest: Guest, its: Found | None = None) -> Built:
    jwe = await parts.database.read(guest, lambda work: work.shares.file(share))
    if jwe is None:  # it is deleted the moment the share is ended
        raise GrantRevoked
    return Built(body=jwe.encode(), counts={"files": 1, **(its.counts if its else {})})


def _manifest(file: dict[str, object]) -> bytes:
    return json.dumps({"status": "can-change", "files": [file]}).encode()


def _location(parts: Parts, visit: Visit, base: str) -> str:
    ticket = Ticket(recipient=visit.recipient, expires_at=parts.clock() + TICKET_LIFETIME)
    return f"{link_url(base, visit.token)}/files/{parts.tickets.written(ticket, visit.token, parts.chance)}"


def _guest(share: Share, recipient: str) -> Guest:
    return Guest(patient=share.patient, label=recipient, assurance=Assurance.SELF_ASSERTED, share_id=share.id)
