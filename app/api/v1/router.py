"""What the routers of version 1 have in common."""

from functools import partial
from typing import Final

from fastapi import APIRouter

from app.api.document import operation_id

PREFIX: Final = "/v1"

Router = partial(APIRouter, generate_unique_id_function=operation_id)
"""Makes a router whose routes go into the application as they are (see app/api/v1/__init__.py), prefix and all."""
