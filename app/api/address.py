"""The address under which the service is reached from outside."""

from fastapi import Request

from app.domain.sharing.shlink import LONGEST_BASE


def address_of(request: Request) -> str:
    """The operator's, or where none was told that by which the request came; without a slash at its end."""
    address: str | None = request.app.state.public_url
    return (address or str(request.base_url)).rstrip("/")


def link_base(request: Request) -> str:
    """What links begin with: as `address_of`, unless the request came by one that is too long for a link."""
    address = address_of(request)
    return address if len(address) <= LONGEST_BASE else request.app.state.parts.public_url
