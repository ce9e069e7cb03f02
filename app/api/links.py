"""What whoever holds a link asks for: the files of SMART Health Links (HL7, STU 1; sharing, section 3).

Readers are programs of others, in browsers too: any origin may ask, without credentials, on these routes alone
(`app/api/headers.py`).
"""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.address import link_base
from app.api.bodies import AUTH_BYTES, json_body
from app.api.deps import TheParts, Visitor
from app.api.limits import LimitedRoute, limited, show_also
from app.api.middleware import ASKED_FOR_HEAD
from app.api.problems import problems
from app.api.v1.records import reference
from app.api.v1.router import Router
from app.domain.access import Nobody
from app.domain.limits import LINK, LINKS_EVERYWHERE, LINKS_NETWORK
from app.domain.sharing.share import LONGEST_PASSCODE, LONGEST_RECIPIENT
from app.domain.sharing.shlink import PATH
from app.services import link_reading
from app.services.link_reading import Manifest, Visit
from app.services.parts import Parts
from app.storage.shares import Found

_JOSE: Final = "application/jose"
_JSON: Final = "application/json"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "7200",
}
_TEXT: Final = {"type": "string"}
SCHEMAS: Final = {
    "LinkFile": {"type": "string", "description": "A compact JWE (dir, A256GCM); within it a FHIR R4 Bundle."},
    "Manifest": {
        "type": "object",
        "description": "What an ongoing link holds.",
        "required": ["status", "files"],
        "properties": {
            "status": {"type": "string", "enum": ["can-change"]},
            "files": {
                "type": "array",
                "items": {
                    "type": "object",
                    "description": "The file, `embedded` or at a `location` that lives for an hour.",
                    "required": ["contentType", "lastUpdated"],
                    "properties": {
                        "contentType": _TEXT,
                        "lastUpdated": {"type": "string", "format": "date-time"},
                        "embedded": {**_TEXT, "description": "A compact JWE."},
                        "location": {"type": "string", "format": "uri"},
                    },
                },
            },
        },
    },
}


router = Router(
    prefix=PATH,
    tags=["links"],
    route_class=LimitedRoute,
    responses=problems(404, 429),
    dependencies=[limited(LINKS_NETWORK, everywhere=[LINKS_EVERYWHERE])],
)

Token = Annotated[str, Path(max_length=64, description="As in the link.")]
_RECIPIENT: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
Who = Annotated[
    str,
    Query(
        alias="recipient",
        max_length=LONGEST_RECIPIENT,
        pattern=_RECIPIENT,
        description="Who opens the link, in words: the patient is told.",
    ),
]
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "OK", "content": {_JOSE: {"schema": reference("LinkFile")}}}
}


class ManifestIn(BaseModel):
    """Who asks, and with which passcode."""

    model_config = ConfigDict(extra="ignore")

    recipient: Annotated[str, Field(max_length=LONGEST_RECIPIENT, pattern=_RECIPIENT)]
    """In words: the patient is told."""
    passcode: Annotated[str, Field(max_length=LONGEST_PASSCODE)] | None = None
    embeddedLengthMax: Annotated[int, Field(ge=0)] | None = None  # noqa: N815 - the name that HL7 gave it
    """A file longer than this comes as a location."""


@router.get("/{token}", response_class=Response, responses=_FILE)
async def open_link(request: Request, parts: TheParts, visitor: Visitor, token: Token, recipient: Who) -> Response:
    """The file of a visit link (flag U); each GET counts as an opening."""
    its = await _found(request, parts, visitor, token)
    if getattr(request.state, ASKED_FOR_HEAD, False):
        length = await link_reading.look(parts, its)
        return Response(media_type=_JOSE, headers={"Content-Length": str(length)})
    visit = Visit(token=token, recipient=recipient.strip(), route=_route(request))
    return Response(await link_reading.open_visit(parts, its, visit), media_type=_JOSE)


@router.post(
    "/{token}",
    responses={
        200: {"description": "OK", "content": {_JSON: {"schema": reference("Manifest")}}},
        **problems("passcode-missing", "passcode-wrong"),
    },
)
async def read_manifest(
    request: Request,
    parts: TheParts,
    visitor: Visitor,
    token: Token,
    body: Annotated[ManifestIn, json_body(ManifestIn, limit=AUTH_BYTES)],
) -> Response:
    """The manifest of an ongoing link (flags L and P)."""
    its = await _found(request, parts, visitor, token)
    visit = Visit(token=token, recipient=body.recipient.strip(), route=_route(request))
    manifest = Manifest(passcode=body.passcode, embedded_max=body.embeddedLengthMax, base=link_base(request))
    return Response(await link_reading.read_manifest(parts, its, visit, manifest), media_type=_JSON)


@router.get("/{token}/files/{file}", response_class=Response, responses=_FILE)
async def read_link_file(
    request: Request,
    parts: TheParts,
    visitor: Visitor,
    token: Token,
    file: Annotated[str, Path(max_length=4096, description="As in a manifest's location.")],
) -> Response:
    """The file of an ongoing link, for an hour after its manifest was read."""
    its = await _found(request, parts, visitor, token)
    return Response(await link_reading.read_file(parts, its, token, file, _route(request)), media_type=_JOSE)


@router.options("/{token}", include_in_schema=False, dependencies=[])
@router.options("/{token}/files/{file}", include_in_schema=False)
async def preflight() -> Response:
    """What browsers ask before they let a website's program ask: nothing is looked at or counted."""
    return Response(status_code=204, headers=_PREFLIGHT)


async def _found(request: Request, parts: Parts, visitor: Nobody, token: str) -> Found:
    """The link, unless it is asked for too often."""
    its = await link_reading.found(parts, visitor, token)
    if parts.limits is not None:
        show_also(request, parts.limits.admit((LINK, its.share.id)))
    return its


def _route(request: Request) -> str:
    return request.scope["route"].path_format
