"""Version 1 of the wire: it only gains optional fields."""

from fastapi import APIRouter

from app.api.v1 import accounts, auth, catalogue, diary, sessions, today, trends

router = APIRouter(prefix="/v1")
for part in (
    accounts.router,
    auth.router,
    sessions.router,
    catalogue.router,
    today.router,
    *diary.routers(),
    trends.router,
):
    router.include_router(part)
