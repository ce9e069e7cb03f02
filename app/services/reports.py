"""The report for a doctor, of one's own diary."""

from datetime import date

from app.domain.access import OwnDiary
from app.domain.errors import FieldError, Invalid, NotFound
from app.domain.ids import Revision
from app.domain.report.content import Report
from app.domain.report.report import About, report
from app.domain.trends.adherence import adherence
from app.domain.trends.coverage import coverage
from app.domain.trends.dates import clipped
from app.domain.trends.diary import Diary
from app.domain.trends.languages import messages_for
from app.domain.trends.look import look
from app.domain.trends.messages import Messages
from app.domain.trends.summary import Summary, summary
from app.services.diaries import gather
from app.services.parts import Parts
from app.storage.work import Work


async def name_of(parts: Parts, access: OwnDiary) -> str | None:
    """What the patient wants to be called, if anything."""
    return await parts.database.read(access, lambda work: work.accounts.own().display_name)


async def own_report(  # noqa: PLR0913 - a report is named by its subject and dates
    parts: Parts, access: OwnDiary, condition: str, name: str | None, *, since: date | None, as_of: date
) -> tuple[Report, Revision]:
    """What the report of a condition says; refuses with NotFound for an unknown condition."""

    def read(work: Work) -> tuple[Diary, Revision]:
        material, revision = gather(work.records, as_of), work.records.revision()
        if not material.knows(condition):
            raise NotFound
        return material.diary(condition), revision

    diary, revision = await parts.database.read(access, read)
    messages = messages_for(access.locale)
    told = summary(diary, as_of, revision, messages)
    return report(told, _about(diary, told, name, since, messages), messages), revision


def checked_since(since: date | None, as_of: date) -> date | None:
    """The first day of a report; refuses with Invalid one after its last."""
    if since is not None and since > as_of:
        message = "A report begins on or before its last day."
        raise Invalid([FieldError(pointer="from", code="out-of-range", message=message)])
    return since


def condition_name(condition: str, own_label: str | None, messages: Messages) -> str:
    """What a condition is called: by the patient, else by the catalogue."""
    return own_label or messages.label("condition", condition, condition)


def _about(diary: Diary, told: Summary, name: str | None, since: date | None, messages: Messages) -> About:
    covered, taken = told.coverage, told.adherence
    if since is not None:
        seen = look(diary, told.as_of, messages)
        spans = clipped(seen.view, max(since, seen.present.starts_on if seen.present.treated else since), told.as_of)
        covered = coverage(seen.targets.values(), spans)
        taken = adherence(diary.doses, diary.treatment, spans).range
    return About(
        condition=condition_name(told.condition, diary.tracked.label if diary.tracked else None, messages),
        name=name,
        since=since,
        coverage=covered,
        adherence=taken,
    )
