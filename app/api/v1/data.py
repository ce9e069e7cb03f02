"""A patient's data as a whole: out as a file, and in from one (api, "Accounts and sessions")."""

import re
from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.api.bodies import IMPORT_BYTES, media_type_of, raw_body
from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.records import reference
from app.api.v1.router import PREFIX, Router
from app.domain.records.kinds import KINDS
from app.domain.sync.change import Outcome
from app.domain.sync.imported import FORMAT, FORMAT_VERSION, Unfit
from app.services.export import export_own
from app.services.importing import Became, import_days, import_export

_CSV: Final = "text/csv"
_ZIP: Final = "application/zip"
_MOST_REJECTED: Final = 1000

_TEXT: Final = {"type": "string"}
_REVISION: Final = {"type": "integer", "minimum": 0, "maximum": 2**53}
_RECORD: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["kind", "id", "fields"],
    "properties": {
        "kind": {"type": "string", "enum": [*KINDS]},
        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "rev": _REVISION,
        "deleted": {"type": "boolean", "default": False},
        "fields": {"type": "object", "description": "Exact; a tombstone's are those that it held."},
    },
}
_PAST: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["kind", "id", "device", "at", "outcome", "changes"],
    "properties": {
        "kind": _TEXT,
        "id": _TEXT,
        "rev": _REVISION,
        "device": _TEXT,
        "seq": {"type": ["integer", "null"]},
        "at": {"type": "string", "format": "date-time"},
        "outcome": {"type": "string", "enum": [*Outcome]},
        "changes": {
            "type": "object",
            "required": ["old", "new"],
            "properties": {"old": {"type": "object"}, "new": {"type": "object"}},
        },
    },
}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "Export": {
        "type": "object",
        "description": "`onset.json` of an export. An import reads the records and their history, and no settings.",
        "required": ["format", "version", "records"],
        "properties": {
            "format": {"type": "string", "const": FORMAT},
            "version": {"type": "integer", "const": FORMAT_VERSION},
            "service_version": _TEXT,
            "exported_at": {"type": "string", "format": "date-time"},
            "account": {"type": "object", "description": "The account's settings."},
            "epoch": _TEXT,
            "rev": _REVISION,
            "records": {"type": "array", "items": _RECORD},
            "history": {"type": "array", "items": _PAST, "description": "Of each record, the oldest first."},
        },
    },
    "ExportFile": {
        "type": "string",
        "format": "binary",
        "description": "A zip of `README.txt`, `onset.json`, `fhir/<Type>.ndjson`, `csv/<kind>.csv`, `access-log.json` "
        "and `receipts.json`.",
    },
    "DaysTable": {
        "type": "string",
        "description": "A CSV whose first line names fields of a day; `local_date` or `id` is needed, `rev` ignored. "
        "Several values in a cell are separated by `;`.",
    },
}

router = Router(prefix=PREFIX, tags=["accounts"])


class RejectedOut(BaseModel):
    """A record, or a row of the history, that was not taken."""

    row: int
    """The place among the records, or the history, of `onset.json`, from 1; in a table the line, its head being 1."""
    place: str
    """A JSON Pointer into `onset.json`, or the line of a table."""
    kind: str
    id: str
    code: str
    field: str
    message: str

    @classmethod
    def of(cls, unfit: Unfit) -> "RejectedOut":
        """As it is told."""
        error = unfit.error
        field = error.pointer.removeprefix("/")
        return cls(
            row=_row(unfit.place),
            place=unfit.place,
            kind=unfit.kind,
            id=unfit.id,
            code=error.code,
            field=field,
            message=error.message,
        )


class ImportOut(BaseModel):
    """What became of a file."""

    created: int
    updated: int
    unchanged: int
    """There already, as they are."""
    kept: int
    """The diary keeps its own; what the file says otherwise stands in a conflict."""
    history: int
    """Rows of the history that were taken up."""
    rejected: list[RejectedOut]
    """The first thousand."""


def _row(place: str) -> int:
    number = int(re.sub(r"\D", "", place) or 0)
    return number + 1 if place.startswith("/") else number


@router.get(
    "/me/export",
    response_class=Response,
    responses={
        200: {
            "description": "A zip of `onset.json`, FHIR resources, and a CSV of each kind.",
            "content": {_ZIP: {"schema": reference("ExportFile")}},
        },
        **problems(401, "wrong-role", 507),
    },
)
async def export_me(parts: TheParts, access: Patient) -> Response:
    """All that the diary holds, with its history and what was deleted."""
    export = await export_own(parts.database, parts.clock, access, secret_key=parts.secret_key, render=json_of)
    disposition = f'attachment; filename="{export.name}"'
    return StreamingResponse(export.chunks, media_type=_ZIP, headers={"Content-Disposition": disposition})


@router.post("/me/import", responses=problems(401, "wrong-role", 507))
async def import_me(
    request: Request,
    parts: TheParts,
    access: Patient,
    body: Annotated[
        bytes, raw_body(reference("Export"), limit=IMPORT_BYTES, shown_besides={_CSV: reference("DaysTable")})
    ],
) -> ImportOut:
    """Bring in an `onset.json`, or a table of days (`csv/day.csv` of an export, or your own); again changes nothing.

    Into an empty diary an export comes as it stood, with its revisions and under a new epoch; else it is merged.
    """
    bring = import_days if media_type_of(request) == _CSV else import_export
    imported = await bring(parts, access, body)
    return ImportOut(
        created=imported.counts[Became.CREATED],
        updated=imported.counts[Became.UPDATED],
        unchanged=imported.counts[Became.UNCHANGED],
        kept=imported.counts[Became.KEPT],
        history=imported.history,
        rejected=[RejectedOut.of(unfit) for unfit in imported.rejected[:_MOST_REJECTED]],
    )
