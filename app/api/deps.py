"""What routes depend on: the parts of the service, and who is asking."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection
from fastapi.security import OAuth2PasswordBearer
from typing_extensions import override

from app.api.network import client_network
from app.domain.access import Nobody, OwnDiary, Role, SignedIn
from app.domain.sessions import WrongRole
from app.services.parts import Parts
from app.services.sessions import admit


async def _parts(request: Request) -> Parts:
    return request.app.state.parts


async def _visitor(request: Request) -> Nobody:
    return Nobody(network=client_network(request.scope, request.app.state.trusted_proxies))


_ADMITTED: Final = "admitted"
_SCHEME: Final = OAuth2PasswordBearer.__name__
SECURITY: Final[list[dict[str, list[str]]]] = [{_SCHEME: []}]
"""What the OpenAPI document says of a route that asks `the_patient` itself."""


class _Bearer(OAuth2PasswordBearer):
    """Admits the bearer of the access token, once; one dependency does it all, since each one costs every request."""

    def __init__(self) -> None:
        super().__init__(
            tokenUrl="/v1/auth/token",
            refreshUrl="/v1/auth/token",
            scheme_name=_SCHEME,
            auto_error=False,
        )

    @override
    async def __call__(self, request: HTTPConnection) -> SignedIn:  # pyright: ignore[reportIncompatibleMethodOverride] - more than the token
        state = request.scope["state"]
        who: SignedIn | None = state.get(_ADMITTED)
        if who is None:
            who = state[_ADMITTED] = await admit(request.app.state.parts, await super().__call__(request))
        return who


class _PatientBearer(_Bearer):
    """Refuses all who keep no diary of their own."""

    @override
    async def __call__(self, request: HTTPConnection) -> OwnDiary:
        who = await super().__call__(request)
        if not isinstance(who, OwnDiary):
            raise WrongRole
        return who


class _ClinicianBearer(_Bearer):
    """Refuses all but clinicians."""

    @override
    async def __call__(self, request: HTTPConnection) -> SignedIn:
        who = await super().__call__(request)
        if who.role is not Role.CLINICIAN:
            raise WrongRole
        return who


TheParts = Annotated[Parts, Depends(_parts)]
Visitor = Annotated[Nobody, Depends(_visitor)]
"""Whoever calls, signed in or not, by the network they call from."""
Caller = Annotated[SignedIn, Depends(_Bearer())]
"""Whoever is signed in."""
the_patient = _PatientBearer()
Patient = Annotated[OwnDiary, Depends(the_patient)]
"""A patient, for the own diary."""
Clinician = Annotated[SignedIn, Depends(_ClinicianBearer())]
"""A clinician."""
