"""Version 1 of the wire: it only gains optional fields."""

from importlib.resources import files
from typing import Any, Final

import orjson
from fastapi import FastAPI

from app.api.v1 import accounts, auth, catalogue, diary, records, sessions, today, trends

_ROUTERS: Final = (
    accounts.router,
    auth.router,
    sessions.router,
    catalogue.router,
    today.router,
    *diary.routers(),
    trends.router,
)


SCHEMAS: Final = {**records.SCHEMAS, **today.SCHEMAS, "Chart": trends.CHART_SCHEMA}
"""What routes refer to and no model has."""
EXAMPLES: Final[dict[str, Any]] = orjson.loads((files(__name__) / "examples.json").read_bytes())
"""Examples of schemas, by the schema's name: all made up, and true to one another."""


def install(app: FastAPI) -> None:
    """Adds each router to the application itself, not to one of their own: app/api/route_index.py tells them apart."""
    for router in _ROUTERS:
        app.include_router(router, prefix="/v1")
