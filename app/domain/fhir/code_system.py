"""Our own CodeSystem: what the diary asks and computes and no standard has a code for, each with its direction."""

from collections.abc import Iterator
from typing import Final

from app.domain.catalogue import MEASURES, MEASURES_FILE, Direction
from app.domain.fhir.codes import DIARY
from app.domain.fhir.datatypes import Part, Resource, present
from app.domain.records.field_types import SLEEP_QUALITY
from app.domain.trends.judgement import Status

ID: Final = "onset-diary"
TREND_CODES: Final = {
    "trend": "Computed from the diary",
    "composite": "All target symptoms of a condition together",
    "change_from_baseline": "Change of the weekly mean since before the first dose",
    "interval_low": "Lower end of the interval",
    "interval_high": "Upper end of the interval",
    "interval_level": "Level of the interval",
    "weeks_to_benefit": "Weeks from the first dose to the change",
    "weeks_to_benefit_low": "Lower end of its interval",
    "weeks_to_benefit_high": "Upper end of its interval",
    "baseline_mean": "Mean of the weeks before the first dose",
    "days_observed": "Days with a score in the weeks looked at",
    "measure": "What the trend is about",
    "verdict": "What the diary says",
    "rise_after_dose_step": "Change for the worse in the first two weeks at a higher dose",
    "step_status": "What the diary says of the step",
    "dose_before": "Daily dose before the step",
    "dose_after": "Daily dose after the step",
}
OCCASIONAL_CODES: Final = {
    "occasional": "Written down now and then",
    "usual": "A usual day of the last six months, asked once before the first dose",
    "event": "Something that happened",
    "severity": "How severe it was, from 0 to 10",
    "event_flare": "A flare",
    "event_infection": "An infection",
    "event_travel": "Travel",
    "event_menstruation": "Menstruation",
    "event_procedure": "A procedure",
    "event_vaccination": "A vaccination",
    "event_stress": "Stress",
    "event_other": "Something else",
    "impression": "The patient's global impression of change",
    "impression_1": "Very much improved",
    "impression_2": "Much improved",
    "impression_3": "Minimally improved",
    "impression_4": "No change",
    "impression_5": "Minimally worse",
    "impression_6": "Much worse",
    "impression_7": "Very much worse",
}
_OTHERS: Final = {"note": "A note of the patient's", **TREND_CODES, **OCCASIONAL_CODES}
STATUS_TEXTS: Final = {
    Status.NO_BASELINE: "No scores from before the first dose",
    Status.NOT_ENOUGH_DATA: "Not enough scored weeks yet",
    Status.TOO_LOW_TO_JUDGE: "Scores too low before the first dose to show a fall",
    Status.NO_CLEAR_CHANGE: "No clear change",
    Status.POSSIBLE: "A possible change for the better",
    Status.BENEFIT_EARLY: "A change for the better within two weeks",
    Status.BENEFIT: "A change for the better",
    Status.FADED: "A change for the better that has faded",
    Status.WORSE: "A change for the worse",
}


def code_system() -> Resource:
    """The CodeSystem as served; its version is the date of the measures' data."""
    concepts = [*_measures(), *(_plain(code, text) for code, text in (_OTHERS | STATUS_TEXTS).items())]
    return {
        "resourceType": "CodeSystem",
        "id": ID,
        "url": DIARY,
        "version": MEASURES_FILE.version.isoformat(),
        "name": "OnsetDiary",
        "title": "Onset symptom diary",
        "status": "active",
        "experimental": False,
        "publisher": "Onset",
        "description": "What a patient scores from 0 to 10 in the diary, with what 0 and 10 mean and which way is "
        "better, and what is computed from it. None of these codes asserts a cause.",
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "property": [
            {
                "code": "direction",
                "description": "Which way is better: lower_is_better or higher_is_better.",
                "type": "code",
            },
            {"code": "zero", "description": "What 0 means.", "type": "string"},
            {"code": "ten", "description": "What 10 means.", "type": "string"},
            {"code": "recall", "description": "The stretch of time a score speaks of.", "type": "code"},
        ],
        "concept": concepts,
    }


def _measures() -> Iterator[Part]:
    for code, known in MEASURES.items():
        yield _scored(code, known.label, known.direction, zero=known.zero, ten=known.ten, recall=known.recall.value)
    sleep = MEASURES["sleep_disturbance"]
    yield _scored(
        SLEEP_QUALITY,
        "Quality of sleep",
        Direction.HIGHER_IS_BETTER,
        zero=sleep.ten,
        ten=sleep.zero,
        recall=sleep.recall.value,
    )
    for direction in Direction:
        yield _scored(f"own_{direction.value}", "A measure of the patient's own, named by its text", direction)


def _scored(code: str, display: str, direction: Direction, **told: str) -> Part:
    """A score from 0 to 10; what is told of it beside its direction are properties by these names."""
    properties = {"direction": direction.value, **told}
    kinds = {"direction": "valueCode", "recall": "valueCode"}
    return _plain(code, display) | {
        "property": [{"code": name, kinds.get(name, "valueString"): value} for name, value in properties.items()]
    }


def _plain(code: str, display: str) -> Part:
    return present(code=str(code), display=display)
