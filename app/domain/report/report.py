"""What the report for a doctor says: one condition over a range of dates (sharing, section 5).

Made from a summary alone, so that it says nothing that the summary doesn't: what a consent withholds from the summary
is not in the report either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from app.domain.report.chart import chart_picture
from app.domain.report.content import Column, Paragraph, Pictures, Points, Report, Section, Table
from app.domain.report.report_tables import doses, effects, results
from app.domain.report.report_texts import card_text, share
from app.domain.trends.adherence import Adherence
from app.domain.trends.coverage import Coverage
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.summary import Summary

_MOST_OTHERS = 8
"""So many of the other things that changed are listed; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a report tells beside the summary."""

    condition: str
    """The condition's name."""
    name: str | None
    """The patient's, if it is to be shown."""
    since: date | None
    """The first day that is shown; None for all that the summary has."""
    coverage: Coverage
    """Of the days that are shown, as far as they lie in the treatment."""
    adherence: Adherence


def report(summary: Summary, about: About, messages: Messages = ENGLISH) -> Report:
    """The report of the days from `about.since` to the summary's own date."""
    say = messages.say
    return Report(
        title=say("report-title", condition=about.condition),
        lines=tuple(_lines(summary, about, messages)),
        rows=(
            _row(_result(summary, about, messages)),
            _row(_charts(summary, about, messages)),
            *_beside(_doses(summary, about, messages), _others(summary, about, messages), share=0.6),
            _row(_side_effects(summary, about, messages)),
            *_beside(_caveats(summary, messages), _evidence(summary, messages), share=0.4),
        ),
        footer=say("report-footer", method=summary.method_version),
        page=messages.sentences["report-page"],
        language=messages.language,
        date=summary.as_of,
    )


def shown_from(summary: Summary, since: date | None) -> date | None:
    """The first day that a report shows; None where there is nothing to show."""
    if since is not None:
        return since
    weeks = summary.composite.weeks
    return weeks[0].starts_on if weeks else summary.first_dose_date


def _row(*sections: Section, share: float = 1.0) -> tuple[Column, ...]:
    """One column, or two; share is the first one's."""
    return tuple(
        Column(section=section, share=part) for section, part in zip(sections, (share, 1 - share), strict=False)
    )


def _beside(left: Section, right: Section, *, share: float) -> Iterator[tuple[Column, ...]]:
    """Two sections side by side, or the one of them that says something alone."""
    told = [section for section in (left, right) if section.blocks]
    if told:
        yield _row(*told, share=share if len(told) > 1 else 1.0)


def _lines(summary: Summary, about: About, messages: Messages) -> Iterator[str]:
    first = shown_from(summary, about.since)
    if first is None:
        yield messages.say("report-until", last=summary.as_of)
    else:
        yield messages.say("report-dates", first=first, last=summary.as_of)
    yield messages.say("report-by") if about.name is None else messages.say("report-by-name", name=about.name)


def _result(summary: Summary, about: About, messages: Messages) -> Section:
    say = messages.say
    verdict = summary.composite.verdict
    plain = say(f"shared-{verdict.status}")
    texts = [plain] if verdict.text == plain else [plain, say("report-patient-reads", text=verdict.text)]
    texts += [
        say("report-period", first=past.starts_on, last=past.ends_on, text=past.verdict.text)
        for past in summary.periods
    ]
    if about.since is not None:
        texts.append(say("report-whole-diary", last=summary.as_of))
    if any(after.week > week.week + 1 for week, after in pairwise(summary.composite.weeks)):
        texts.append(say("report-long"))
    paragraphs = [Paragraph(text=text) for text in texts]
    below = Paragraph(text=say("report-intervals"))
    return Section(title=say("report-result"), blocks=(*paragraphs, results(summary, messages), below))


def _charts(summary: Summary, about: About, messages: Messages) -> Section:
    """All symptoms together, and the primary one where there are several."""
    measures = [None, summary.primary_measure] if len(summary.measures) > 1 else [None]
    pictures = tuple(chart_picture(summary, measure, messages, since=about.since) for measure in measures)
    return Section(title=messages.say("report-charts"), blocks=(Pictures(pictures=pictures),))


def _doses(summary: Summary, about: About, messages: Messages) -> Section:
    say, adherence, covered = messages.say, about.adherence, about.coverage
    levels = doses(summary, about.since, messages)
    blocks: list[Paragraph | Table] = [levels] if levels.rows else [Paragraph(text=say("report-no-doses"))]
    if adherence.low is not None and adherence.high is not None:
        low, high = share(adherence.low), share(adherence.high)
        told = {"days": adherence.days, "gap": adherence.longest_gap_days}
        code = "report-adherence" if low == high else "report-adherence-range"
        blocks.append(Paragraph(text=say(code, low=low, high=high, **told)))
    if covered.days:
        blocks.append(Paragraph(text=say("report-coverage", scored=covered.days_scored, days=covered.days)))
    return Section(title=say("report-doses"), blocks=tuple(blocks))


def _side_effects(summary: Summary, about: About, messages: Messages) -> Section:
    found = effects(summary, about.since, messages)
    if not found.rows:
        nothing = Paragraph(text=messages.say("report-no-steps"))
        return Section(title=messages.say("report-side-effects"), blocks=(nothing,))
    told = Paragraph(text=messages.say("report-nights"))
    return Section(title=messages.say("report-side-effects"), blocks=(found, told))


def _others(summary: Summary, about: About, messages: Messages) -> Section:
    """What else changed in the time that is shown; what has no date is told too."""
    told = [
        other.text
        for other in summary.confounders
        if about.since is None or other.starts_on is None or other.starts_on >= about.since - timedelta(days=6)
    ]
    more = len(told) - _MOST_OTHERS
    items = [*told[:_MOST_OTHERS], *([messages.say("report-more", count=more)] if more > 0 else [])]
    blocks = (Paragraph(text=" ".join(items)),) if items else ()
    return Section(title=messages.say("report-others"), blocks=blocks)


def _caveats(summary: Summary, messages: Messages) -> Section:
    items = tuple(caveat.text for caveat in summary.caveats)
    return Section(title=messages.say("report-caveats"), blocks=(Points(items=items),) if items else ())


def _evidence(summary: Summary, messages: Messages) -> Section:
    items = tuple(card_text(card, messages) for card in summary.evidence.cards)
    return Section(title=messages.say("report-evidence"), blocks=(Points(items=items),) if items else ())
