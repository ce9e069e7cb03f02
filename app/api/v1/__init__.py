"""Version 1 of the wire: it only gains optional fields."""

from fastapi import APIRouter

from app.api.v1 import diary

router = APIRouter(prefix="/v1")
for collection in diary.routers():
    router.include_router(collection)
