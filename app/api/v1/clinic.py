"""What a clinician reads of patients who granted it (api, "Sharing and clinicians")."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Path, Request, Response

from app.api.conditional import is_known
from app.api.deps import Clinician, TheParts
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.clinic_shapes import PatientOut, PatientsOut
from app.api.v1.diary import Cursor, From, Limit, To
from app.api.v1.records import cursor_of, place_of, reference
from app.api.v1.router import PREFIX, Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED
from app.api.v1.trends import PDF, AsOf, Charted, Condition, Measure, file_name
from app.domain.access import SignedIn
from app.domain.errors import NotFound
from app.domain.ids import RecordId
from app.domain.records.kinds import DAY, DOSE, Kind
from app.domain.records.listing import Place
from app.domain.report.chart import COMPOSITE, chart
from app.domain.report.paint import Theme
from app.domain.report.report import About, report
from app.domain.sharing.access_log import Asked
from app.domain.sharing.scopes import Scope
from app.domain.sharing.visible import VisibleDay, VisibleDiary, VisibleDose
from app.domain.trends.languages import messages_for
from app.domain.trends.messages import Messages
from app.domain.trends.summary import Summary
from app.services import clinic
from app.services.clinic import Held
from app.services.parts import Parts
from app.services.serving import Built
from app.services.visible import Reach, visible_diary

PATH: Final = f"{PREFIX}/clinic/patients"
_SVG: Final = "image/svg+xml"
_JSON: Final = "application/json"
_DENIED: Final = ("scope-not-granted", "grant-revoked", "grant-expired", "grant-paused")
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Unchanged", **TAGGED}}
_MAY_BE_HELD: Final = {"parameters": [IF_NONE_MATCH]}

Pid = Annotated[str, Path(max_length=64, description="What the clinician knows the patient by.")]

router = Router(prefix=PATH, tags=["clinic"], responses=problems(401, "wrong-role", 503))


@router.get("")
async def list_clinic_patients(
    parts: TheParts, access: Clinician, limit: Limit = 100, cursor: Cursor = None
) -> PatientsOut:
    """The patients whose grants are active; each of them is told in the access log."""
    page = await clinic.list_patients(parts, access, PATH, after=cursor, limit=limit)
    return PatientsOut(items=[PatientOut.of(its) for its in page.patients], next_cursor=page.next_after)


@router.get(
    "/{pid}/trends/{condition}",
    response_model=Summary,
    responses={200: TAGGED, **_UNCHANGED, **problems(404, *_DENIED)},
    openapi_extra=_MAY_BE_HELD,
)
async def read_clinic_trend(  # noqa: PLR0913 - a summary is named by its patient, subject and date
    request: Request, parts: TheParts, access: Clinician, pid: Pid, condition: Condition, as_of: AsOf = None
) -> Response:
    """The summary of a granted condition, as far as the grant shows it."""

    async def told(seen: _Seen) -> bytes:
        return json_of(seen.summary)

    return await _trend(request, parts, access, pid, condition, as_of, told, _JSON)


@router.get(
    "/{pid}/trends/{condition}/chart.svg",
    response_class=Response,
    responses={
        200: {"description": "OK", "content": {_SVG: {"schema": reference("Chart")}}, **TAGGED},
        **_UNCHANGED,
        **problems(404, *_DENIED),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def draw_clinic_chart(  # noqa: PLR0913 - a picture is named by its subject, date and colours
    request: Request,
    parts: TheParts,
    access: Clinician,
    pid: Pid,
    condition: Condition,
    measure: Measure = None,
    theme: Charted = Theme.AUTO,
    as_of: AsOf = None,
) -> Response:
    """One granted measure, or the composite, over time as a picture."""

    async def drawn(seen: _Seen) -> bytes:
        measured = measure or seen.summary.primary_measure or COMPOSITE
        return chart(seen.summary, measured, theme, seen.messages).encode()

    return await _trend(request, parts, access, pid, condition, as_of, drawn, _SVG)


@router.get(
    "/{pid}/trends/{condition}/report.pdf",
    response_class=Response,
    responses={
        200: {"description": "OK", "content": {PDF: {"schema": reference("Report")}}, **TAGGED},
        **_UNCHANGED,
        **problems(404, *_DENIED),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def print_clinic_report(  # noqa: PLR0913 - a report is named by its patient, subject and date
    request: Request, parts: TheParts, access: Clinician, pid: Pid, condition: Condition, as_of: AsOf = None
) -> Response:
    """The page for the doctor, of all that the grant shows; a file, so it takes the scope `export` too."""

    async def printed(seen: _Seen) -> bytes:
        about = About(
            condition=seen.diary.conditions[condition].name_in(seen.messages),
            name=seen.held.display_name,
            since=None,
            coverage=seen.summary.coverage,
            adherence=seen.summary.adherence,
        )
        return await parts.printer.printed(report(seen.summary, about, seen.messages))

    answer = await _trend(request, parts, access, pid, condition, as_of, printed, PDF, needs=Scope.EXPORT)
    answer.headers["Content-Disposition"] = f'inline; filename="{file_name(parts.clock().date())}"'
    return answer


@router.get(
    "/{pid}/days",
    responses={
        200: {"description": "OK", "content": {_JSON: {"schema": reference("SharedDays")}}, **TAGGED},
        **_UNCHANGED,
        **problems(404, 422, *_DENIED),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def list_clinic_days(  # noqa: PLR0913 - a list is named by its window, place and size
    request: Request,
    parts: TheParts,
    access: Clinician,
    pid: Pid,
    first: From = None,
    to: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The granted scores of each day."""
    return await _list(request, parts, access, pid, DAY, first, to, limit, cursor)


@router.get(
    "/{pid}/doses",
    responses={
        200: {"description": "OK", "content": {_JSON: {"schema": reference("SharedDoses")}}, **TAGGED},
        **_UNCHANGED,
        **problems(404, 422, *_DENIED),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def list_clinic_doses(  # noqa: PLR0913 - a list is named by its window, place and size
    request: Request,
    parts: TheParts,
    access: Clinician,
    pid: Pid,
    first: From = None,
    to: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The doses as recorded, without their reasons."""
    return await _list(request, parts, access, pid, DOSE, first, to, limit, cursor)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A granted condition as far as the grant shows it."""

    held: Held
    diary: VisibleDiary
    summary: Summary
    messages: Messages


async def _trend(  # noqa: PLR0913 - as its routes
    request: Request,
    parts: Parts,
    access: SignedIn,
    pid: str,
    condition: str,
    as_of: date | None,
    render: Callable[[_Seen], Awaitable[bytes]],
    media_type: str,
    *,
    needs: Scope = Scope.SUMMARY,
) -> Response:
    its, messages = await clinic.held(parts, access, pid), messages_for(access.locale)
    day = clinic.today(parts, its, as_of)
    granted = its.grant.terms.condition_shown_as(condition)
    asked = Asked(route=_route(request), conditions=() if granted is None else (granted,), last=as_of)

    async def build() -> Built:
        if granted is None:
            raise NotFound
        visible = await visible_diary(parts, its.guest, its.grant.terms, day, reach=Reach.TREND)
        seen = _Seen(held=its, diary=visible, summary=visible.summary(condition, messages), messages=messages)
        return Built(body=await render(seen), counts={"weeks": len(seen.summary.composite.weeks)})

    answer = await _answer(request, parts, its, asked, frozenset({Scope.SUMMARY, needs}), build, media_type)
    answer.headers["Content-Language"] = messages.language
    return answer


async def _list(  # noqa: PLR0913 - as its routes
    request: Request,
    parts: Parts,
    access: SignedIn,
    pid: str,
    kind: Kind,
    first: date | None,
    to: date | None,
    limit: int,
    cursor: str | None,
) -> Response:
    after = place_of(cursor) if cursor else None
    its = await clinic.held(parts, access, pid)
    needs = Scope.OBSERVATIONS if kind is DAY else Scope.DOSES
    asked = Asked(route=_route(request), conditions=its.grant.terms.conditions, first=first, last=to)

    async def build() -> Built:
        visible = await visible_diary(
            parts, its.guest, its.grant.terms, clinic.today(parts, its, to), reach=Reach.ALL, kinds=(kind,)
        )
        rows = [one for one in _rows(visible, kind) if first is None or first <= one.local_date]
        rest = [one for one in rows if after is None or _place(one) > (after.day, after.id)]
        page, more = rest[:limit], len(rest) > limit
        body = {
            "items": [{"id": one.id, "fields": _fields(one)} for one in page],
            "next_cursor": cursor_of(_cursor_place(page[-1])) if more else None,
        }
        return Built(body=json_of(body), counts={kind.path: len(page)})

    return await _answer(request, parts, its, asked, frozenset({needs}), build, _JSON)


async def _answer(  # noqa: PLR0913 - what is answered, to whom, and what it takes
    request: Request,
    parts: Parts,
    its: Held,
    asked: Asked,
    needs: frozenset[Scope],
    build: Callable[[], Any],
    media_type: str,
) -> Response:
    """The answer with the hash of what can be seen as its tag, or 304 where the clinician holds just that."""
    built, known = await clinic.read(
        parts, its, asked, needs, build, is_known=lambda body: is_known(request, _tag(body))
    )
    headers = {"ETag": _tag(built.body)}
    if known:
        return Response(status_code=304, headers=headers)
    return Response(built.body, headers=headers, media_type=media_type)


def _route(request: Request) -> str:
    return request.scope["route"].path_format


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _rows(visible: VisibleDiary, kind: Kind) -> Sequence[VisibleDay | VisibleDose]:
    """In ascending order of (date, the grant's own id)."""
    rows: Iterable[VisibleDay | VisibleDose] = visible.days if kind is DAY else visible.doses
    return sorted(rows, key=_place)


def _place(one: VisibleDay | VisibleDose) -> tuple[str, RecordId]:
    return one.local_date.isoformat(), RecordId(one.id)


def _cursor_place(one: VisibleDay | VisibleDose) -> Place:
    day, shown_id = _place(one)
    return Place(day=day, id=shown_id)


def _fields(one: VisibleDay | VisibleDose) -> dict[str, object]:
    """As a phone writes them; what is not known is left out."""
    if isinstance(one, VisibleDay):
        told: dict[str, object] = {"local_date": one.local_date, **one.scores, "note": one.note}
        return {**{name: value for name, value in told.items() if value is not None}, "skipped": one.skipped}
    told = {
        "local_date": one.local_date,
        "status": one.status,
        "mg": one.mg,
        "taken_at": one.taken_at,
        "timing": one.timing,
        "formulation": one.formulation,
        "note": one.note,
    }
    return {name: value for name, value in told.items() if value is not None}
