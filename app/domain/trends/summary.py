"""The summary of one condition: everything a phone shows, complete without further calls (trends, section 8)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.domain.catalogue import EvidenceCard, evidence
from app.domain.ids import Revision
from app.domain.trends.adherence import Adherence, adherence
from app.domain.trends.caveats import Caveat, caveats
from app.domain.trends.confounders import Confounder, confounders_in
from app.domain.trends.coverage import Coverage, coverage
from app.domain.trends.dates import DateRange, clipped
from app.domain.trends.diary import Diary
from app.domain.trends.dose_bands import DoseBand, dose_bands
from app.domain.trends.look import Look, look
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.needs import BEFORE_FIRST_DOSE, needs
from app.domain.trends.periods import Period
from app.domain.trends.regimen import Regimen
from app.domain.trends.side_effect_measures import Looked
from app.domain.trends.side_effects import SideEffect, side_effects
from app.domain.trends.timing import timing
from app.domain.trends.timing_shape import Timing
from app.domain.trends.trend import CompositeTrend, MeasureTrend, composite_trend, frame, measure_trend, verdict
from app.domain.trends.verdict import METHOD_VERSION, Need, Verdict, standing
from app.domain.trends.weekly_dose import daily_totals, weekly_mg


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """A stretch of treatment that a long pause ended; it keeps its verdict."""

    starts_on: date
    ends_on: date
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What studies found on the condition."""

    cards: tuple[EvidenceCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Field names are those of the wire. What can't be told is None."""

    condition: str
    as_of: date
    as_of_rev: Revision | None
    method_version: str
    first_dose_date: date | None
    """Where week 0 begins: the first dose, or the restart after a pause that split the treatment."""
    weeks_treated: int | None
    """Complete weeks from there."""
    primary_measure: str | None
    primary_chosen_after_start: bool
    dose_bands: tuple[DoseBand, ...]
    coverage: Coverage
    periods: tuple[PastPeriod, ...]
    """The earlier ones, ascending."""
    composite: CompositeTrend
    measures: Mapping[str, MeasureTrend]
    """The primary measure first, then the other targets."""
    side_effects: tuple[SideEffect, ...]
    """Each measure beside the targets, and the common side effects, at each step to a higher dose; ascending."""
    adherence: Adherence
    timing: Timing | None
    """Bedtime against morning doses, where both were tried."""
    confounders: tuple[Confounder, ...]
    evidence: Evidence
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortSummary:
    """One line of the list of conditions."""

    condition: str
    as_of: date
    as_of_rev: Revision | None
    method_version: str
    first_dose_date: date | None
    weeks_treated: int | None
    primary_measure: str | None
    verdict: Verdict


def summary(diary: Diary, as_of: date, as_of_rev: Revision | None, messages: Messages = ENGLISH) -> Summary:
    """What the diary says on a date: only what was lived up to then, and of the weeks only complete ones."""
    seen = look(diary, as_of, messages)
    period = seen.present
    regimen = Regimen(diary.steps, as_of)
    totals = daily_totals(diary.doses, regimen)
    weeks = frame(period, weekly_mg(totals, period.anchor))
    together = seen.composite_in(period)
    stands = standing(together, period)
    since_start = _since_start(seen)
    covered = coverage(seen.targets.values(), since_start)
    others = confounders_in(period, seen)
    bands = dose_bands(totals, regimen, diary.treatment, seen.view)
    return Summary(
        condition=seen.choice.condition,
        as_of=as_of,
        as_of_rev=as_of_rev,
        method_version=METHOD_VERSION,
        first_dose_date=seen.first_dose,
        weeks_treated=period.complete_weeks if period.treated else None,
        primary_measure=seen.choice.primary,
        primary_chosen_after_start=seen.chosen_late,
        dose_bands=bands,
        coverage=covered,
        periods=tuple(_past(seen, past) for past in seen.periods[:-1]),
        composite=composite_trend(together, stands, seen, weeks),
        measures={code: measure_trend(code, seen, weeks) for code in seen.choice.measures},
        side_effects=side_effects(seen.entries, Looked.at([seen.choice]), bands, as_of, messages),
        adherence=adherence(diary.doses, diary.treatment, since_start).range,
        timing=timing(seen),
        confounders=others,
        evidence=Evidence(cards=tuple(_cards(seen.choice.condition, messages))),
        caveats=caveats(together, stands, seen, covered, confounded=bool(others)),
    )


def short(whole: Summary) -> ShortSummary:
    """The summary's line in the list of conditions; its verdict is the composite's."""
    return ShortSummary(
        condition=whole.condition,
        as_of=whole.as_of,
        as_of_rev=whole.as_of_rev,
        method_version=whole.method_version,
        first_dose_date=whole.first_dose_date,
        weeks_treated=whole.weeks_treated,
        primary_measure=whole.primary_measure,
        verdict=whole.composite.verdict,
    )


def today_needs(diaries: Iterable[Diary], as_of: date) -> tuple[Need, ...]:
    """What can only be given before the first dose and is missing for some tracked condition, each thing once.

    Once a first dose lies before as_of there is nothing of the kind, so days need not be read to learn it.
    """
    missing: dict[tuple[str, str | None], Need] = {}
    for diary in diaries:
        first = diary.treatment.first_dose
        if first is not None and first < as_of:
            continue
        seen = look(diary, as_of, ENGLISH)
        together = seen.composite_in(seen.present)
        stands = standing(together, seen.present)
        for need in needs(together, stands, seen, seen.present)[0]:
            if need.code in BEFORE_FIRST_DOSE:
                missing.setdefault((need.code, need.measure), need)
    return tuple(missing.values())


def _cards(condition: str, messages: Messages) -> Iterator[EvidenceCard]:
    for card in evidence(condition):
        yield replace(card, claim=messages.label("claim", card.study or card.condition, card.claim))


def _since_start(seen: Look) -> list[DateRange]:
    """The days in view from the first dose of the present period on; before one, from the first scored day on."""
    first = seen.present.starts_on
    if not seen.present.treated:
        scored = [ordinal for values in seen.targets.values() for ordinal in values]
        first = date.fromordinal(min(scored)) if scored else first
    return clipped(seen.view, first, seen.as_of)


def _past(seen: Look, past: Period) -> PastPeriod:
    together = seen.composite_in(past)
    told = verdict(together, standing(together, past), seen, past)
    return PastPeriod(starts_on=past.starts_on, ends_on=past.ends_on, verdict=told)
