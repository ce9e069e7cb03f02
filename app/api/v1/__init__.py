"""Version 1 of the wire: it only gains optional fields."""

from fastapi import APIRouter

from app.api.v1 import catalogue, diary, today, trends

router = APIRouter(prefix="/v1")
for part in (catalogue.router, today.router, *diary.routers(), trends.router):
    router.include_router(part)
