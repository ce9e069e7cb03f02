"""Tokens by OAuth 2's conventions (RFC 6749, RFC 7009), and forgotten passwords.

A client is not registered: what it says of itself, in the form or in a Basic header, is ignored.
"""

from typing import Annotated, Literal, Self

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from app.api.bodies import AUTH_BYTES, InvalidRequest, UnsupportedGrantType, form_body, json_body
from app.api.deps import TheParts, Visitor
from app.api.limits import LimitedRoute, limited, show, show_also
from app.api.problems import problems
from app.api.v1.router import PREFIX, Router
from app.domain.accounts import normalised_email
from app.domain.limits import (
    PASSWORD_RESET,
    PASSWORD_RESET_EVERYWHERE,
    PASSWORD_RESET_NETWORK,
    PASSWORD_RESET_TOKENS_EVERYWHERE,
    TOKENS,
    TOKENS_EVERYWHERE,
)
from app.services import accounts, sessions
from app.services.guessing import subject_of
from app.services.sessions import Tokens

router = Router(prefix=f"{PREFIX}/auth", tags=["auth"], route_class=LimitedRoute)

_NO_STORE = {"Cache-Control": "no-store"}


class TokenForm(BaseModel):
    """`grant_type=password` with username (the e-mail address) and password, or `refresh_token` with that."""

    grant_type: str
    username: str | None = None
    password: Annotated[str | None, Field(json_schema_extra={"format": "password"})] = None
    refresh_token: str | None = None
    device_name: str | None = None


class RevokeForm(BaseModel):
    """Either token of a session."""

    token: str


class ResetRequest(BaseModel):
    """Whose password is forgotten."""

    model_config = ConfigDict(extra="forbid")

    email: str


class ResetConfirmation(BaseModel):
    """The token of the mail and the next password."""

    model_config = ConfigDict(extra="forbid")

    token: str
    new_password: Annotated[str, Field(json_schema_extra={"format": "password"})]


class TokensOut(BaseModel):
    """What opens the API, and what gets the next pair (RFC 6749, section 5.1)."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        """The tokens by their names in OAuth."""
        return cls(
            access_token=tokens.access_token,
            token_type="bearer",  # noqa: S106  a kind of token
            expires_in=tokens.expires_in_s,
            refresh_token=tokens.refresh_token,
        )


@router.post(
    "/token",
    response_model=TokensOut,
    dependencies=[limited(TOKENS, everywhere=[TOKENS_EVERYWHERE])],
    responses=problems("invalid-grant", "unsupported-grant-type", 429, 507),
)
async def token(
    request: Request, parts: TheParts, visitor: Visitor, form: Annotated[TokenForm, form_body(TokenForm)]
) -> Response:
    """Sign in with a password, or renew the tokens with a refresh token."""
    match form:
        case TokenForm(grant_type="password", username=str(email), password=str(password)):
            tokens = await sessions.sign_in(
                parts, visitor, email=email, password=password, device_name=form.device_name
            )
            show(request, tokens.standings)
        case TokenForm(grant_type="refresh_token", refresh_token=str(refresh_token)):
            tokens = await sessions.refresh(parts, refresh_token)
        case TokenForm(grant_type="password" | "refresh_token"):
            raise InvalidRequest
        case _:
            raise UnsupportedGrantType
    return JSONResponse(TokensOut.of(tokens).model_dump(), headers=_NO_STORE)


@router.post(
    "/revoke",
    response_class=Response,
    dependencies=[limited(TOKENS, everywhere=[TOKENS_EVERYWHERE])],
    responses=problems(429, 507),
)
async def revoke(parts: TheParts, form: Annotated[RevokeForm, form_body(RevokeForm)]) -> Response:
    """Sign out: either token of a session ends it. Unknown tokens are answered alike."""
    await sessions.revoke(parts, form.token)
    return Response(status_code=200, headers=_NO_STORE)


@router.post(
    "/password-reset",
    status_code=202,
    response_class=Response,
    dependencies=[limited(PASSWORD_RESET_NETWORK, everywhere=[PASSWORD_RESET_EVERYWHERE])],
    responses=problems(429),
)
async def request_reset(
    request: Request,
    parts: TheParts,
    visitor: Visitor,
    body: Annotated[ResetRequest, json_body(ResetRequest, limit=AUTH_BYTES)],
) -> Response:
    """Ask for a mail with which a new password can be chosen; the answer is the same whether there is an account."""
    if parts.limits:
        whose = subject_of(parts, normalised_email(body.email)).hex()
        show_also(request, parts.limits.admit((PASSWORD_RESET, f"{visitor.network} {whose}")))
    return Response(status_code=202, background=BackgroundTask(accounts.request_reset, parts, visitor, body.email))


@router.post(
    "/password-reset/confirm",
    status_code=204,
    dependencies=[limited(PASSWORD_RESET_NETWORK, everywhere=[PASSWORD_RESET_TOKENS_EVERYWHERE])],
    responses=problems("invalid-grant", 429, 507),
)
async def confirm_reset(
    parts: TheParts,
    visitor: Visitor,
    body: Annotated[ResetConfirmation, json_body(ResetConfirmation, limit=AUTH_BYTES)],
) -> Response:
    """Choose a new password with the token of the mail; all sessions end."""
    await accounts.confirm_reset(parts, visitor, token=body.token, new_password=body.new_password)
    return Response(status_code=204)
