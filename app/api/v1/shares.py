"""Shares: SMART Health Links that a patient makes (api, "Sharing and clinicians"; sharing, section 3)."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.address import link_base
from app.api.bodies import AUTH_BYTES, json_body
from app.api.deps import Patient, TheParts
from app.api.limits import LimitedRoute, show
from app.api.problems import problems
from app.api.qr import qr_svg
from app.api.render import json_of
from app.api.v1.diary import Cursor, Limit
from app.api.v1.grants import Ticked
from app.api.v1.router import PREFIX, Router
from app.api.wire import Day, Instant
from app.domain.access import OwnDiary
from app.domain.ids import ShareId
from app.domain.limits import SHARES
from app.domain.sharing.scopes import Scope, in_order
from app.domain.sharing.share import (
    LONGEST_NAME,
    LONGEST_PASSCODE,
    MOST_COUNTED_OPENS,
    RULES,
    SHORTEST_PASSCODE,
    Identity,
    Share,
    ShareKind,
    Wanted,
)
from app.domain.sharing.terms import MOST_CONDITIONS, Offer
from app.services import linking
from app.services.parts import Parts

router = Router(
    prefix=f"{PREFIX}/shares", tags=["shares"], responses=problems(401, "wrong-role", 507), route_class=LimitedRoute
)

Id = Annotated[str, Path(alias="id", max_length=64, description="The share's id.")]
_ENDED: Final = ("grant-revoked", "grant-expired")


class IdentityIn(BaseModel):
    """Who the patient is: put into the encrypted file for check-in, and stored nowhere."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\u0000-\u001f]*[^\u0000-\u0020][^\u0000-\u001f]*$"),
    ]
    birth_date: Day
    gender: Literal["female", "male", "other", "unknown"]


class ShareIn(BaseModel):
    """What a patient shows to whoever holds the link."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["visit", "ongoing"]
    """`visit`: for one appointment, no passcode. `ongoing`: for weeks, with a passcode."""
    conditions: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=MOST_CONDITIONS)
    """Codes of the catalogue, or ids of own conditions; each once."""
    scopes: list[Ticked] = Field(default=["summary", "doses"], min_length=1)
    """`summary` and `doses` by default; `export` always."""
    data_from: Day | None = None
    data_to: Day | None = None
    expires_at: Instant | None = None
    """visit: in 24 hours by default, in 72 at most; ongoing: in 30 days, in 90 at most."""
    max_uses: Annotated[int, Field(ge=1, le=MOST_COUNTED_OPENS)] | None = None
    """How often it can be opened. visit: 5 by default and at most; ongoing: as often as wanted by default."""
    passcode: Annotated[str, Field(min_length=SHORTEST_PASSCODE, max_length=LONGEST_PASSCODE)] | None = None
    """Of an ongoing link, which needs one; to be told by another way than the link."""
    identity: IdentityIn | None = None
    """For check-in by scanning, with a visit link alone."""


class ShareOut(BaseModel):
    """What the patient passes on, once: it can't be read again."""

    id: str
    shlink: str
    """The SMART Health Link."""
    viewer_url: str
    """The same behind the address of a page that shows it."""
    qr_svg: str
    """`viewer_url` as a QR code."""
    expires_at: datetime


class ShareItem(BaseModel):
    """A link as its patient sees it."""

    id: str
    kind: ShareKind
    status: Literal["active", "paused", "revoked", "expired"]
    conditions: list[str]
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    uses: int
    """How often it was opened."""
    max_uses: int | None
    """null for any number."""
    attempts_left: int | None
    """Wrong passcodes until nobody can open it any more; null without a passcode."""
    last_opened_at: datetime | None

    @classmethod
    def of(cls, share: Share, now: datetime) -> Self:
        """The share as the wire shows it."""
        terms = share.terms
        return cls.model_validate(
            {
                "id": share.id,
                "kind": share.kind,
                "status": share.status_at(now),
                "conditions": [*terms.conditions],
                "scopes": [*in_order(terms.scopes)],
                "created_at": share.created_at,
                "expires_at": share.expires_at,
                "uses": share.uses,
                "max_uses": share.max_uses,
                "attempts_left": share.attempts_left,
                "last_opened_at": share.last_opened_at,
            }
        )


class SharesOut(BaseModel):
    """The oldest first; those that ended too."""

    items: list[ShareItem]
    next_cursor: str | None
    """null on the last page."""


class RefreshIn(BaseModel):
    """What only those who hold the link know."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(max_length=64)]
    """`key` of the link's own content: used once, and forgotten."""


@router.post("", status_code=201, responses=problems(422, 429))
async def make_share(
    request: Request, parts: TheParts, access: Patient, body: Annotated[ShareIn, json_body(ShareIn, limit=AUTH_BYTES)]
) -> ShareOut:
    """A link to an encrypted file of the diary; the service forgets the key."""
    _admit(request, parts, access)
    wanted = _wanted(body, parts.clock())
    made = await linking.make(parts, access, wanted, json_of, base=link_base(request))
    return ShareOut(
        id=made.id,
        shlink=made.shlink,
        viewer_url=made.viewer_url,
        qr_svg=qr_svg(made.viewer_url),
        expires_at=made.expires_at,
    )


@router.get("")
async def list_shares(parts: TheParts, access: Patient, limit: Limit = 100, cursor: Cursor = None) -> SharesOut:
    """The patient's links, without what opens them."""
    page, now = await linking.list_shares(parts, access, after=cursor, limit=limit), parts.clock()
    return SharesOut(items=[ShareItem.of(share, now) for share in page.shares], next_cursor=page.next_after)


@router.post("/{id}/revoke", responses=problems(404))
async def revoke_share(parts: TheParts, access: Patient, share_id: Id) -> ShareItem:
    """End it for good and delete its file; what was opened before cannot be recalled."""
    return ShareItem.of(await linking.revoke(parts, access, share_id), parts.clock())


@router.post("/{id}/pause", responses=problems(404, *_ENDED))
async def pause_share(parts: TheParts, access: Patient, share_id: Id) -> ShareItem:
    """Let nobody open it until it is resumed."""
    return ShareItem.of(await linking.pause(parts, access, share_id), parts.clock())


@router.post("/{id}/resume", responses=problems(404, *_ENDED))
async def resume_share(parts: TheParts, access: Patient, share_id: Id) -> ShareItem:
    """Let it be opened again."""
    return ShareItem.of(await linking.resume(parts, access, share_id), parts.clock())


@router.post("/{id}/refresh", responses=problems(404, 429, "not-refreshable", *_ENDED))
async def refresh_share(
    request: Request,
    parts: TheParts,
    access: Patient,
    share_id: Id,
    body: Annotated[RefreshIn, json_body(RefreshIn, limit=AUTH_BYTES)],
) -> ShareItem:
    """Put the diary of today into an ongoing link."""
    _admit(request, parts, access)
    return ShareItem.of(await linking.refresh(parts, access, ShareId(share_id), body.key, json_of), parts.clock())


def _admit(request: Request, parts: Parts, access: OwnDiary) -> None:
    if parts.limits is not None:
        show(request, parts.limits.admit((SHARES, access.account_id)))


def _wanted(body: ShareIn, now: datetime) -> Wanted:
    kind, identity = ShareKind(body.kind), body.identity
    return Wanted(
        kind=kind,
        offer=Offer(
            conditions=tuple(body.conditions),
            scopes=frozenset(map(Scope, body.scopes)),
            data_from=body.data_from,
            data_to=body.data_to,
        ),
        expires_at=body.expires_at or now + RULES[kind].lifetime,
        max_uses=body.max_uses,
        passcode=body.passcode,
        identity=identity
        and Identity(name=identity.name.strip(), birth_date=identity.birth_date, gender=identity.gender),
    )
