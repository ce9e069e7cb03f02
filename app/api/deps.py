"""What routes depend on: the parts of the service, and who is asking."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.api.network import client_network
from app.domain.access import Nobody, OwnDiary, SignedIn
from app.domain.sessions import WrongRole
from app.services.parts import Parts
from app.services.sessions import admit

_bearer = OAuth2PasswordBearer(tokenUrl="/v1/auth/token", refreshUrl="/v1/auth/token", auto_error=False)


async def _parts(request: Request) -> Parts:
    return request.app.state.parts


async def _visitor(request: Request) -> Nobody:
    return Nobody(network=client_network(request.scope, request.app.state.trusted_proxies))


async def _signed_in(
    parts: Annotated[Parts, Depends(_parts)], token: Annotated[str | None, Depends(_bearer)]
) -> SignedIn:
    return await admit(parts, token)


async def _own_diary(who: Annotated[SignedIn, Depends(_signed_in)]) -> OwnDiary:
    if not isinstance(who, OwnDiary):
        raise WrongRole
    return who


TheParts = Annotated[Parts, Depends(_parts)]
Visitor = Annotated[Nobody, Depends(_visitor)]
"""Whoever calls, signed in or not, by the network they call from."""
Caller = Annotated[SignedIn, Depends(_signed_in)]
"""Whoever is signed in."""
Patient = Annotated[OwnDiary, Depends(_own_diary)]
"""A patient, for the own diary."""
