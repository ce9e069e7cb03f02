"""Trend summaries, their chart, side effects, and adherence (api, "Trends")."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response

from app.api.conditional import is_known
from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.render import json_of
from app.api.rendered import Kept, Name, Rendered
from app.api.v1.router import PREFIX, Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED, AdherenceOut, SideEffectsOut, TrendsOut
from app.api.wire import Day
from app.domain.access import OwnDiary
from app.domain.catalogue import CATALOGUE_VERSION
from app.domain.ids import Revision
from app.domain.report.chart import chart
from app.domain.report.effects_chart import effects_chart
from app.domain.report.paint import Theme
from app.domain.trends.languages import messages_for
from app.domain.trends.summary import Summary
from app.domain.trends.verdict import METHOD_VERSION
from app.services import reports, trends
from app.services.parts import Parts

Condition = Annotated[str, Path(max_length=64, description="A condition code, or the id of an own condition.")]
AsOf = Annotated[Day | None, Query(description="The date of the look; today in the account's zone by default.")]
Measure = Annotated[
    str | None,
    Query(max_length=64, description="A measure code, or `composite`; the condition's primary measure by default."),
]
SideEffectMeasure = Annotated[
    str | None,
    Query(max_length=64, description="A measure code; the first that is scored as a side effect by default."),
]
Charted = Annotated[Theme, Query(description="`auto` follows the reader's setting.")]
ReportFrom = Annotated[
    Day | None, Query(alias="from", description="The first day that is shown; all of the summary's by default.")
]
ReportTo = Annotated[Day | None, Query(description="The last day, and the date of the look; today by default.")]
_SVG: Final = "image/svg+xml"
PDF: Final = "application/pdf"
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {200: TAGGED, 304: {"description": "Unchanged", **TAGGED}}
_MAY_BE_HELD: Final = {"parameters": [IF_NONE_MATCH]}
CHART_SCHEMA: Final = {
    "type": "string",
    "description": "An SVG document.",
    "examples": ['<svg xmlns="http://www.w3.org/2000/svg" role="img"><title>Pain</title></svg>'],
}
REPORT_SCHEMA: Final = {
    "type": "string",
    "format": "binary",
    "description": "A PDF document.",
    "examples": ["%PDF-1.4"],
}

PATH: Final = f"{PREFIX}/trends"

router = Router(prefix=PREFIX, tags=["trends"], responses=problems(401, "wrong-role", 422))


@router.get("/trends", response_model=TrendsOut, responses=_UNCHANGED, openapi_extra=_MAY_BE_HELD)
async def list_trends(request: Request, parts: TheParts, access: Patient, as_of: AsOf = None) -> Response:
    """A line for each tracked condition."""
    day = trends.checked_as_of(parts, access, as_of)

    async def content() -> tuple[Revision, bytes]:
        found, revision = await trends.summarise_all(parts, access, day)
        return revision, json_of({"items": found, "next_cursor": None})

    return await _answer(request, access, day, content)


@router.get(
    "/trends/{condition}",
    response_model=Summary,
    responses={**_UNCHANGED, **problems(404)},
    openapi_extra=_MAY_BE_HELD,
)
async def read_trend(
    request: Request, parts: TheParts, access: Patient, condition: Condition, as_of: AsOf = None
) -> Response:
    """The condition's summary: what the diary shows, what can be said of it, and what is still missing."""
    day = trends.checked_as_of(parts, access, as_of)

    async def content() -> tuple[Revision, bytes]:
        found, revision = await trends.summarise(parts, access, condition, day)
        return revision, json_of(found)

    return await _answer(request, access, day, content)


@router.get(
    "/trends/{condition}/chart.svg",
    response_class=Response,
    responses={
        **_UNCHANGED,
        200: {"description": "OK", "content": {_SVG: {"schema": {"$ref": "#/components/schemas/Chart"}}}, **TAGGED},
        **problems(404),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def draw_chart(  # noqa: PLR0913 - a picture is named by its subject, date and colours
    request: Request,
    parts: TheParts,
    access: Patient,
    condition: Condition,
    measure: Measure = None,
    theme: Charted = Theme.AUTO,
    as_of: AsOf = None,
) -> Response:
    """One measure, or the composite, over time as a picture, with the doses behind it and a text alternative within."""
    day = trends.checked_as_of(parts, access, as_of)

    async def content() -> tuple[Revision, bytes]:
        found, shown, revision = await trends.summarise_measure(parts, access, condition, measure, day)
        return revision, chart(found, shown, theme, messages_for(access.locale)).encode()

    return await _answer(request, access, day, content, media_type=_SVG)


@router.get(
    "/trends/{condition}/report.pdf",
    response_class=Response,
    responses={
        **_UNCHANGED,
        200: {"description": "OK", "content": {PDF: {"schema": {"$ref": "#/components/schemas/Report"}}}, **TAGGED},
        **problems(404, 503),
    },
    openapi_extra=_MAY_BE_HELD,
)
async def print_report(  # noqa: PLR0913 - a report is named by its subject and dates
    request: Request,
    parts: TheParts,
    access: Patient,
    condition: Condition,
    first: ReportFrom = None,
    to: ReportTo = None,
) -> Response:
    """A page for the doctor: doses, charts, result with interval, side effects, adherence, coverage, evidence."""
    day = trends.checked_as_of(parts, access, to, pointer="to")
    since = reports.checked_since(first, day)
    name = await reports.name_of(parts, access)

    async def content() -> tuple[Revision, bytes]:
        found, revision = await reports.own_report(parts, access, condition, name, since=since, as_of=day)
        return revision, await parts.printer.printed(found)

    answer = await _answer(request, access, day, content, media_type=PDF, beside=name_mark(name))
    answer.headers["Content-Disposition"] = f'inline; filename="{file_name(day)}"'
    return answer


def file_name(day: date) -> str:
    """What a report is saved as: it tells no condition, since file names are seen by others."""
    return f"onset-report-{day.isoformat()}.pdf"


def name_mark(name: str | None) -> str:
    """Tells whether a report bears the name that the account has now, without telling it."""
    return hashlib.sha256((name or "").encode()).hexdigest()[:16]


@router.get("/side-effects", response_model=SideEffectsOut, responses=_UNCHANGED, openapi_extra=_MAY_BE_HELD)
async def list_side_effects(request: Request, parts: TheParts, access: Patient, as_of: AsOf = None) -> Response:
    """What is scored beside the targets of all tracked conditions, held against the days before each dose step."""
    day = trends.checked_as_of(parts, access, as_of)

    async def content() -> tuple[Revision, bytes]:
        found, revision = await trends.list_side_effects(parts, access, day)
        return revision, json_of({"items": found, "next_cursor": None})

    return await _answer(request, access, day, content)


@router.get(
    "/side-effects/chart.svg",
    response_class=Response,
    responses={
        **_UNCHANGED,
        200: {"description": "OK", "content": {_SVG: {"schema": {"$ref": "#/components/schemas/Chart"}}}, **TAGGED},
    },
    openapi_extra=_MAY_BE_HELD,
)
async def draw_side_effects(  # noqa: PLR0913 - a picture is named by its subject, date and colours
    request: Request,
    parts: TheParts,
    access: Patient,
    measure: SideEffectMeasure = None,
    theme: Charted = Theme.AUTO,
    as_of: AsOf = None,
) -> Response:
    """One side effect by dose step: the share of bad nights before and after, with its interval, and told in words."""
    day = trends.checked_as_of(parts, access, as_of)

    async def content() -> tuple[Revision, bytes]:
        one, revision = await trends.side_effects_of(parts, access, measure, day)
        return revision, effects_chart(one.measure, one.scale, one.effects, theme, messages_for(access.locale)).encode()

    return await _answer(request, access, day, content, media_type=_SVG)


@router.get("/adherence", response_model=AdherenceOut)
async def read_adherence(
    parts: TheParts,
    access: Patient,
    first: Annotated[Day | None, Query(alias="from", description="The first dose by default.")] = None,
    to: Annotated[Day | None, Query(description="Today by default; later days don't count.")] = None,
) -> Response:
    """How regularly doses were taken, as a range: a day without a record is unknown, not missed."""
    found = await trends.adherence_between(parts, access, first, to)
    return Response(AdherenceOut.of(found).model_dump_json(), media_type="application/json")


async def _answer(  # noqa: PLR0913 - what is answered, and what it is made from
    request: Request,
    access: OwnDiary,
    day: date,
    content: Callable[[], Awaitable[tuple[Revision, bytes]]],
    *,
    media_type: str = "application/json",
    beside: str = "",
) -> Response:
    """304 if the client holds what this diary gives at its present revision; computed once for each revision."""
    language = messages_for(access.locale).language
    tag = _tag(access.revision, day, language, beside)
    rendered: Rendered = request.app.state.rendered
    name = Name(access.patient, request.scope["path"], request.scope["query_string"], tag)
    answer = rendered.get(name)
    if answer is None:
        revision, body = await content()
        tag, answer = _tag(revision, day, language, beside), Kept(body, request.scope["route"])
        rendered.keep(name._replace(etag=tag), answer)
    if is_known(request, tag):  # only now: a subject that does not exist has no tag, and is not found
        return Response(status_code=304, headers={"ETag": tag})
    return Response(answer.body, headers={"ETag": tag, "Content-Language": language}, media_type=media_type)


def present_tag(parts: Parts, access: OwnDiary) -> str:
    """The tag that an answer about today has now."""
    return _tag(access.revision, trends.today(parts, access), messages_for(access.locale).language)


def _tag(revision: Revision, day: date, language: str, beside: str = "") -> str:
    """Everything that an answer is made from, beside what its URL says; `beside` is what is not in the diary."""
    made_from = (f"{revision}", day.isoformat(), language, METHOD_VERSION, CATALOGUE_VERSION, beside)
    return f'"{".".join(filter(None, made_from))}"'
