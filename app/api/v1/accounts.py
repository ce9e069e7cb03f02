"""Accounts and their settings (api, "Accounts and sessions")."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.bodies import AUTH_BYTES, json_body
from app.api.deps import Caller, TheParts, Visitor
from app.api.limits import LimitedRoute, guarded, limited, show
from app.api.problems import problems
from app.api.v1.router import PREFIX, Router
from app.domain.access import OwnDiary, Role
from app.domain.accounts import DEFAULT_LOCALE, Account, Settings, Sex
from app.domain.limits import SIGN_IN_NETWORK, SIGN_UP, SIGN_UP_EVERYWHERE
from app.services import accounts

router = Router(prefix=PREFIX, tags=["accounts"], route_class=LimitedRoute)

Password = Annotated[str, Field(json_schema_extra={"format": "password"})]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignUp(_Sent):
    """What a new account needs."""

    email: str
    password: Password
    """At least 15 characters."""
    time_zone: str
    """An IANA name."""
    display_name: str | None = None
    locale: str = DEFAULT_LOCALE
    role: Literal["patient", "clinician"] = "patient"
    organisation: str | None = None


class SettingsPatch(_Sent):
    """A merge patch: only what is named changes. A field that cannot be null has no default to show."""

    time_zone: str = Field(default_factory=str)
    locale: str = Field(default_factory=str)
    display_name: str | None = None
    organisation: str | None = None
    day_start: str = Field(default_factory=str)
    """`HH:MM`, 00:00 to 11:59; a dose up to then belongs to the evening before."""
    research_opt_in: bool = Field(default_factory=bool)
    birth_year: int | None = None
    sex: Literal["female", "male", "other"] | None = None

    def changes(self) -> Mapping[str, object]:
        """The named settings."""
        named = self.model_dump(exclude_unset=True)
        return named | {"sex": Sex(self.sex)} if self.sex else named


class PasswordChange(_Sent):
    """The present password and the next."""

    current_password: Password
    new_password: Password


class Erasure(_Sent):
    """The password once more, since nothing comes back."""

    password: Password


class AccountOut(BaseModel):
    """An account as its owner sees it."""

    id: str
    email: str
    role: Role
    time_zone: str
    locale: str
    display_name: str | None
    organisation: str | None
    day_start: str
    research_opt_in: bool
    birth_year: int | None
    sex: Sex | None
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        """The account without its key."""
        return cls.model_validate(account, from_attributes=True)


@router.post(
    "/accounts",
    status_code=201,
    dependencies=[limited(SIGN_UP, everywhere=[SIGN_UP_EVERYWHERE])],
    responses=problems(409, 429, 507),
)
async def sign_up(
    parts: TheParts, visitor: Visitor, body: Annotated[SignUp, json_body(SignUp, limit=AUTH_BYTES)]
) -> AccountOut:
    """Make an account."""
    settings = Settings(
        time_zone=body.time_zone,
        locale=body.locale,
        display_name=body.display_name,
        organisation=body.organisation,
    )
    return AccountOut.of(
        await accounts.sign_up(
            parts, visitor, email=body.email, password=body.password, role=Role(body.role), settings=settings
        )
    )


@router.get("/me", responses=problems(401))
async def read_me(parts: TheParts, access: Caller) -> AccountOut:
    """The own account."""
    return AccountOut.of(await accounts.read_me(parts, access))


@router.patch("/me", responses=problems(401, 507))
async def change_me(
    parts: TheParts, access: Caller, body: Annotated[SettingsPatch, json_body(SettingsPatch, limit=AUTH_BYTES)]
) -> AccountOut:
    """Change the named settings."""
    return AccountOut.of(await accounts.change_me(parts, access, body.changes()))


@router.post(
    "/me/password",
    status_code=204,
    dependencies=[guarded(SIGN_IN_NETWORK)],
    responses=problems(401, 429, 507, "invalid-grant"),
)
async def change_password(
    request: Request,
    parts: TheParts,
    access: Caller,
    visitor: Visitor,
    body: Annotated[PasswordChange, json_body(PasswordChange, limit=AUTH_BYTES)],
) -> Response:
    """Choose a new password; all other sessions end."""
    standings = await accounts.change_password(
        parts, access, visitor, current_password=body.current_password, new_password=body.new_password
    )
    show(request, standings)
    return Response(status_code=204)


@router.post(
    "/me/erasure",
    status_code=204,
    dependencies=[guarded(SIGN_IN_NETWORK)],
    responses=problems(401, 429, 507, "invalid-grant"),
)
async def erase(
    request: Request,
    parts: TheParts,
    access: Caller,
    visitor: Visitor,
    body: Annotated[Erasure, json_body(Erasure, limit=AUTH_BYTES)],
) -> Response:
    """Delete the account and the diary for good."""
    show(request, await accounts.erase(parts, access, visitor, password=body.password))
    if isinstance(access, OwnDiary):
        request.app.state.rendered.forget(access.patient)
    return Response(status_code=204)
