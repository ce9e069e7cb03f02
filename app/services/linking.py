"""Shares: made, listed, refreshed, paused, resumed and ended by the patient (sharing, section 3)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from app.domain.access import Operator, OwnDiary
from app.domain.clock import day_in_zone
from app.domain.errors import FieldError, Invalid, NotFound, fault
from app.domain.ids import ShareId, uuid7
from app.domain.sharing.receipts import Event, share_receipt
from app.domain.sharing.scopes import Scope
from app.domain.sharing.share import (
    ATTEMPTS,
    KEPT_AFTER_EXPIRY,
    RULES,
    NotRefreshable,
    Share,
    ShareKind,
    Wanted,
    wanted_errors,
)
from app.domain.sharing.shlink import link_url, shlink, viewer_url
from app.domain.sharing.terms import Offer, Terms
from app.security.links import KEY_BYTES, TOKEN_BYTES, is_key_of, key_in, token_fingerprint
from app.security.signing import base64url
from app.services.granting import check_known, keep_receipt, terms_of
from app.services.link_file import Contents, Render, made
from app.services.parts import Parts
from app.storage.shares import NewShare
from app.storage.work import Work

_ID_KEY_BYTES: Final = 32
_PURGED_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the patient passes on, once: it stands nowhere else."""

    id: ShareId
    shlink: str = field(repr=False)
    viewer_url: str = field(repr=False)
    expires_at: datetime


async def make(parts: Parts, access: OwnDiary, wanted: Wanted, render: Render, *, base: str) -> Made:
    """A new link with its encrypted file; refuses with Invalid. The base is the service's own address."""
    at = parts.clock()
    if errors := wanted_errors(wanted, at, day_in_zone(at, access.time_zone)):
        raise Invalid(errors)
    offer, id_key = with_export(wanted.offer), parts.chance(_ID_KEY_BYTES)

    def begin(work: Work) -> Terms:
        check_known(work, offer)
        return terms_of(work, offer, id_key)

    terms = await parts.database.read(access, begin)
    share_id = ShareId(uuid7(at, parts.chance(10)))
    key, token = parts.chance(KEY_BYTES), base64url(parts.chance(TOKEN_BYTES))
    contents = Contents(id=share_id, terms=terms, given_at=at, expires_at=wanted.expires_at, identity=wanted.identity)
    file = await made(parts, access, contents, key, render)
    passcode = wanted.passcode
    new = NewShare(
        id=share_id,
        kind=wanted.kind,
        fingerprint=token_fingerprint(token),
        terms=terms,
        passcode_hash=None if passcode is None else await parts.passwords.hash(passcode),
        attempts_left=None if passcode is None else ATTEMPTS,
        max_uses=wanted.max_uses or RULES[wanted.kind].opens,
        expires_at=wanted.expires_at,
    )

    def add(work: Work) -> None:
        work.shares.purge_old(before=at - KEPT_AFTER_EXPIRY, now=at, limit=_PURGED_AT_ONCE)
        work.shares.add(new, file)
        _keep_receipt(parts, work, _to_change(work, access, share_id), Event.GIVEN, at)

    await parts.database.write(access, add)
    link = shlink(link_url(base, token), base64url(key), wanted.kind, wanted.expires_at)
    return Made(id=share_id, shlink=link, viewer_url=viewer_url(base, link), expires_at=wanted.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """Some links, the oldest first; those that ended too."""

    shares: list[Share]
    next_after: str | None
    """The share that the next page begins after; None where this was the last."""


async def list_shares(parts: Parts, access: OwnDiary, *, after: str | None, limit: int) -> SharePage:
    """A page of the patient's; refuses with Invalid where there is no such share to begin after."""
    try:
        found = await parts.database.read(access, lambda work: work.shares.page(after=after, limit=limit + 1))
    except NotFound:
        message = "This is no cursor of this list."
        raise Invalid([FieldError(pointer="cursor", code="out-of-range", message=message)]) from None
    shares = found[:limit]
    return SharePage(shares=shares, next_after=shares[-1].id if len(found) > limit else None)


async def revoke(parts: Parts, access: OwnDiary, share_id: str) -> Share:
    """The ended share, whose file is deleted at once; refuses with NotFound."""
    at = parts.clock()

    def change(work: Work) -> Share:
        share = _to_change(work, access, share_id)
        ended = share.revoked(at)
        if ended is not share:
            work.shares.change(ended)
            work.shares.purge(ended, at)
            _keep_receipt(parts, work, ended, Event.REVOKED, at)
        return ended

    return await parts.database.write(access, change)


async def pause(parts: Parts, access: OwnDiary, share_id: str) -> Share:
    """The paused share; refuses with NotFound, GrantRevoked and GrantExpired."""
    return await _move(parts, access, share_id, Share.paused)


async def resume(parts: Parts, access: OwnDiary, share_id: str) -> Share:
    """The active share; refuses as `pause`."""
    return await _move(parts, access, share_id, Share.resumed)


async def refresh(parts: Parts, access: OwnDiary, share_id: str, key_text: str, render: Render) -> Share:
    """The ongoing share with a file as of now, under the link's own key, which is forgotten again.

    Refuses with NotFound, NotRefreshable, GrantRevoked, GrantExpired, and Invalid for another key.
    """

    def look(work: Work) -> tuple[Share, str | None]:
        share = next((one for one in work.shares.listed() if one.id == share_id), None)
        if share is None:
            raise NotFound
        return share, work.shares.file(share)

    share, present = await parts.database.read(access, look)
    share.check_lives(parts.clock())
    if share.kind is ShareKind.VISIT or present is None:
        raise NotRefreshable
    key = key_in(key_text)
    if key is None or not await asyncio.to_thread(is_key_of, key, present):
        raise fault("key", "out-of-range", "This is not the key of this link.")
    contents = Contents(id=share.id, terms=share.terms, given_at=share.created_at, expires_at=share.expires_at)
    file = await made(parts, access, contents, key, render)

    def refill(work: Work) -> Share:
        stands = _to_change(work, access, share_id)
        stands.check_lives(parts.clock())
        work.shares.refill(stands, file)
        return stands

    return await parts.database.write(access, refill)


async def purge(parts: Parts) -> int:
    """Deletes the files of shares that ran out 7 days ago, and says how many."""
    at, operator, found = parts.clock(), Operator(reason="purge"), 0

    def some(work: Work) -> int:
        return work.shares.purge_old(before=at - KEPT_AFTER_EXPIRY, now=at, limit=_PURGED_AT_ONCE)

    while count := await parts.database.write(operator, some):
        found += count
    return found


def with_export(offer: Offer) -> Offer:
    """A file is what a link carries, so a share always has the scope for files."""
    return replace(offer, scopes=offer.scopes | {Scope.EXPORT})


async def _move(parts: Parts, access: OwnDiary, share_id: str, moved: Callable[[Share, datetime], Share]) -> Share:
    at = parts.clock()

    def change(work: Work) -> Share:
        share = moved(_to_change(work, access, share_id), at)
        work.shares.change(share)
        return share

    return await parts.database.write(access, change)


def _to_change(work: Work, access: OwnDiary, share_id: str) -> Share:
    work.grants.take_turn(access.patient)
    share = work.shares.find(share_id)
    if share is None:
        raise NotFound
    return share


def _keep_receipt(parts: Parts, work: Work, share: Share, event: Event, at: datetime) -> None:
    made = partial(share_receipt, share, event, controller=parts.public_url, now=at)
    keep_receipt(parts, work, share.patient, share.id, made, at)
