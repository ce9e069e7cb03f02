"""Version 1 of the wire: it only gains optional fields."""

from typing import Final

from fastapi import FastAPI

from app.api.v1 import accounts, auth, catalogue, diary, sessions, today, trends

_ROUTERS: Final = (
    accounts.router,
    auth.router,
    sessions.router,
    catalogue.router,
    today.router,
    *diary.routers(),
    trends.router,
)


def install(app: FastAPI) -> None:
    """Adds each router to the application itself, not to one of their own: app/api/route_index.py tells them apart."""
    for router in _ROUTERS:
        app.include_router(router, prefix="/v1")
