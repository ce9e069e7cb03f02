"""A side effect in words: at most three short sentences, describing and never advising."""

from collections.abc import Iterator

from app.domain.trends.choice import Scale
from app.domain.trends.dose_steps import DoseStep
from app.domain.trends.messages import Messages
from app.domain.trends.rise import LEAST_ENTRIES
from app.domain.trends.step_effect import Course, StepEffect, StepStatus


def side_effect_text(scale: Scale, step: DoseStep, effect: StepEffect, messages: Messages) -> str:
    """What the scores did after the step."""
    return " ".join(_sentences(scale, step, effect, messages))


def _sentences(scale: Scale, step: DoseStep, effect: StepEffect, messages: Messages) -> Iterator[str]:
    say = messages.say
    named = {"label": scale.label, "mg": step.to_mg, "day": step.starts_on}
    match effect.status:
        case StepStatus.TOO_SHORT:
            code = "effect-few-yet" if step.goes_on else "effect-too-short"
            yield say(code, **named, have=effect.early.entries, want=LEAST_ENTRIES)
            return
        case StepStatus.NO_BASELINE:
            yield say("effect-no-baseline", **named, have=effect.before.entries, want=LEAST_ENTRIES)
            return
        case _:
            yield say(_COMPARED[effect.status], **named)
    before, early = scale.shown(effect.before.mean), scale.shown(effect.early.mean)
    yield say("effect-means", before=float(before), early=float(early), worst=f"{scale.shown(10):.0f}")
    if effect.course is not None:
        yield say(_COURSES[effect.course])


_COMPARED = {
    StepStatus.ROSE: "effect-rose",
    StepStatus.NO_CLEAR_RISE: "effect-no-clear-rise",
    StepStatus.TOO_EARLY: "effect-too-early",
}
_COURSES = {
    Course.FADES: "effect-fades",
    Course.PERSISTS: "effect-persists",
    Course.UNCLEAR: "effect-unclear",
    Course.TOO_EARLY: "effect-course-too-early",
}
