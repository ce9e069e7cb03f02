"""Grants for clinicians with an account (api, "Sharing and clinicians"; sharing, section 2)."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.address import link_base
from app.api.bodies import AUTH_BYTES, json_body
from app.api.deps import Caller, Clinician, Patient, TheParts
from app.api.limits import LimitedRoute, show
from app.api.problems import problems
from app.api.qr import qr_svg
from app.api.v1.diary import Cursor, Limit
from app.api.v1.router import PREFIX, Router
from app.api.wire import Day, Instant
from app.domain.access import OwnDiary, SignedIn
from app.domain.errors import FieldError, Invalid
from app.domain.ids import GrantId
from app.domain.sharing.consent import GRANT_LIFETIME, Assurance, Grant, Invitation, Status
from app.domain.sharing.scopes import Scope, in_order
from app.domain.sharing.terms import LONGEST_PURPOSE, MOST_CONDITIONS, Offer
from app.services import granting, inviting

router = Router(
    prefix=f"{PREFIX}/grants", tags=["grants"], responses=problems(401, "wrong-role", 507), route_class=LimitedRoute
)

Id = Annotated[str, Path(alias="id", max_length=64, description="The grant's id.")]


Ticked = Literal["summary", "doses", "observations", "notes", "export"]


class InviteIn(BaseModel):
    """What a patient offers to show to one clinician."""

    model_config = ConfigDict(extra="forbid")

    conditions: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=MOST_CONDITIONS)
    """Codes of the catalogue, or ids of own conditions; each once."""
    scopes: list[Ticked] = Field(default=["summary", "doses"], min_length=1)
    """`summary` and `doses` by default."""
    data_from: Day | None = None
    data_to: Day | None = None
    expires_at: Instant | None = None
    """In 90 days by default, in 365 at most."""
    purpose: Annotated[str, Field(max_length=LONGEST_PURPOSE, pattern=r"^[^\u0000]*$")] | None = None
    show_name: bool = False
    """Whether the clinician sees the account's display name."""


class InviteOut(BaseModel):
    """What the patient shows or says to the clinician, once: it can't be read again."""

    id: str
    secret_url: str
    qr_svg: str
    """`secret_url` as a QR code."""
    spoken_code: str
    expires_at: datetime
    """When the link and the code are dead."""
    grant_expires_at: datetime


class RedeemIn(BaseModel):
    """Either the secret of the link or the spoken code."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str, Field(max_length=200)] | None = None
    """What stands behind the `#` of the link."""
    spoken_code: Annotated[str, Field(max_length=64)] | None = None


class RedeemOut(BaseModel):
    """A grant that waits for the patient."""

    grant_id: str
    status: Status
    match_number: str
    """What the patient's screen shows too."""


class MatchIn(BaseModel):
    """What the clinician's screen shows."""

    model_config = ConfigDict(extra="forbid")

    match_number: Annotated[str, Field(max_length=16)]


class ClinicianOut(BaseModel):
    """Who reads, as it stood when the invite was redeemed."""

    name: str | None
    organisation: str | None
    email: str
    assurance: Assurance


class GrantOut(BaseModel):
    """A grant as one of its two sides sees it. What it is about is told to the clinician while it is active."""

    id: str
    status: Status
    pid: str | None
    """What the clinician knows the patient by; null for the patient, and where nothing can be seen."""
    conditions: list[str]
    scopes: list[Scope]
    measures: list[str]
    """What the grant shows scores of, frozen when it was confirmed."""
    data_from: date | None
    data_to: date | None
    expires_at: datetime
    purpose: str | None
    show_name: bool
    match_number: str | None
    """While it is pending."""
    clinician: ClinicianOut | None
    """null for the clinician."""
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, grant: Grant, access: SignedIn, now: datetime) -> Self:
        """The grant as this account sees it."""
        status, terms, recipient = grant.status_at(now), grant.terms, grant.recipient
        is_patient = isinstance(access, OwnDiary)
        tells = is_patient or status is Status.ACTIVE
        conditions = terms.conditions if is_patient else map(terms.shown_condition, terms.conditions)
        return cls(
            id=grant.id,
            status=status,
            pid=grant.pid if tells and not is_patient else None,
            conditions=[*conditions] if tells else [],
            scopes=[*in_order(terms.scopes)] if tells else [],
            measures=[*terms.measures] if tells else [],
            data_from=terms.data_from if tells else None,
            data_to=terms.data_to if tells else None,
            expires_at=grant.expires_at,
            purpose=grant.purpose if tells else None,
            show_name=grant.show_name,
            match_number=grant.match_number if status is Status.PENDING else None,
            clinician=ClinicianOut.model_validate(recipient, from_attributes=True) if is_patient else None,
            created_at=grant.created_at,
            confirmed_at=grant.confirmed_at,
            ended_at=grant.ended_at,
        )


class GrantsOut(BaseModel):
    """The oldest first."""

    items: list[GrantOut]
    next_cursor: str | None
    """null on the last page."""


@router.post("/invites", status_code=201)
async def invite(
    request: Request,
    parts: TheParts,
    access: Patient,
    body: Annotated[InviteIn, json_body(InviteIn, limit=AUTH_BYTES)],
) -> InviteOut:
    """Offer a clinician to see something of the diary; nothing is visible before it is confirmed."""
    invitation = Invitation(
        offer=Offer(
            conditions=tuple(body.conditions),
            scopes=frozenset(map(Scope, body.scopes)),
            data_from=body.data_from,
            data_to=body.data_to,
        ),
        grant_expires_at=body.expires_at or parts.clock() + GRANT_LIFETIME,
        purpose=body.purpose,
        show_name=body.show_name,
    )
    invited = await inviting.invite(parts, access, invitation, base=link_base(request))
    return InviteOut(
        id=invited.id,
        secret_url=invited.secret_url,
        qr_svg=qr_svg(invited.secret_url),
        spoken_code=invited.spoken_code,
        expires_at=invited.expires_at,
        grant_expires_at=invited.grant_expires_at,
    )


@router.post("/redeem", status_code=201, responses=problems(404, 429))
async def redeem(
    request: Request,
    parts: TheParts,
    access: Clinician,
    body: Annotated[RedeemIn, json_body(RedeemIn, limit=AUTH_BYTES)],
) -> RedeemOut:
    """Take up an invite, once; the patient then confirms it."""
    if (body.secret is None) is (body.spoken_code is None):
        message = "Give the secret of the link, or the spoken code."
        raise Invalid([FieldError(pointer="/secret", code="missing-field", message=message)])
    redeemed, standings = await inviting.redeem(parts, access, secret=body.secret, spoken_code=body.spoken_code)
    show(request, standings)
    return RedeemOut.model_validate(redeemed, from_attributes=True)


@router.get("")
async def list_grants(parts: TheParts, access: Caller, limit: Limit = 100, cursor: Cursor = None) -> GrantsOut:
    """The grants that a patient gave, or that a clinician holds."""
    page, now = await granting.list_grants(parts, access, after=cursor, limit=limit), parts.clock()
    return GrantsOut(items=[GrantOut.of(grant, access, now) for grant in page.grants], next_cursor=page.next_after)


@router.post("/{id}/confirm", responses=problems(404, 409, "grant-revoked", "grant-expired"))
async def confirm_grant(
    parts: TheParts, access: Patient, grant_id: Id, body: Annotated[MatchIn, json_body(MatchIn, limit=AUTH_BYTES)]
) -> GrantOut:
    """Let the clinician in whose screen shows this number."""
    grant = await granting.confirm(parts, access, GrantId(grant_id), body.match_number)
    return GrantOut.of(grant, access, parts.clock())


@router.post("/{id}/revoke", responses=problems(404))
async def revoke_grant(parts: TheParts, access: Caller, grant_id: Id) -> GrantOut:
    """End it for good, from either side; what was downloaded before cannot be recalled."""
    return GrantOut.of(await granting.revoke(parts, access, GrantId(grant_id)), access, parts.clock())


@router.post("/{id}/pause", responses=problems(404, "grant-pending", "grant-revoked", "grant-expired"))
async def pause_grant(parts: TheParts, access: Patient, grant_id: Id) -> GrantOut:
    """Let nothing be read until it is resumed."""
    return GrantOut.of(await granting.pause(parts, access, GrantId(grant_id)), access, parts.clock())


@router.post("/{id}/resume", responses=problems(404, "grant-pending", "grant-revoked", "grant-expired"))
async def resume_grant(parts: TheParts, access: Patient, grant_id: Id) -> GrantOut:
    """Let it be read again."""
    return GrantOut.of(await granting.resume(parts, access, GrantId(grant_id)), access, parts.clock())
