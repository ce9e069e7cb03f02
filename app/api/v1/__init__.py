"""Version 1 of the wire: it only gains optional fields."""

from importlib.resources import files
from typing import Any, Final

import orjson
from fastapi import FastAPI

from app.api.v1 import (
    accounts,
    auth,
    catalogue,
    clinic,
    clinic_shapes,
    data,
    diary,
    grants,
    holding,
    live,
    records,
    sessions,
    shares,
    sync,
    sync_shapes,
    today,
    trends,
)
from app.api.v1.records import schema_name
from app.domain.records.kinds import KINDS

_ROUTERS: Final = (
    accounts.router,
    auth.router,
    sessions.router,
    data.router,
    catalogue.router,
    today.router,
    *diary.routers(),
    sync.router,
    live.router,
    trends.router,
    grants.router,
    shares.router,
    clinic.router,
    holding.router,
)


SCHEMAS: Final = {
    **records.SCHEMAS,
    **today.SCHEMAS,
    **sync_shapes.SCHEMAS,
    **live.SCHEMAS,
    **data.SCHEMAS,
    **clinic_shapes.SCHEMAS,
    **holding.SCHEMAS,
    "Chart": trends.CHART_SCHEMA,
    "Report": trends.REPORT_SCHEMA,
}
"""What routes refer to and no model has."""
_EXAMPLES: Final[dict[str, Any]] = orjson.loads((files(__name__) / "examples.json").read_bytes())
EXAMPLES: Final = _EXAMPLES | {
    schema_name(kind, "Page"): {"items": [_EXAMPLES[schema_name(kind, "Record")]], "next_cursor": None}
    for kind in KINDS.values()
}
"""Examples of schemas, by the schema's name: all made up."""


def install(app: FastAPI) -> None:
    """Adds the routes themselves: a router that is included costs each request two more searches for its route."""
    for router in _ROUTERS:
        app.router.routes.extend(router.routes)
