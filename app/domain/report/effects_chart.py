"""The chart of one side effect by dose step: how many nights were bad, before and after (trends, section 4).

A row for each phase: the share of the scored nights, and the interval in which it likely lies.
"""

from collections.abc import Iterator, Sequence

from app.domain.catalogue import Direction
from app.domain.report.chart_words import ends
from app.domain.report.drawing import small
from app.domain.report.frame import WIDTH
from app.domain.report.paint import Theme
from app.domain.report.shapes import Anchor, Colour, Dot, Label, Lines, Mark, Picture
from app.domain.report.svg import svg
from app.domain.trends.choice import Scale
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.side_effects import NightsAtFour, SideEffect

MOST_STEPS = 6
"""So many steps are drawn, the latest; the words tell of all."""
_LEFT, _RIGHT = 112, 296
_TOP = 58
_STEP_HEIGHT, _ROW_HEIGHT, _GAP = 18, 17, 8
_PHASES = ("before", "early", "later")


def effects_chart(
    code: str, scale: Scale, effects: Sequence[SideEffect], theme: Theme, messages: Messages = ENGLISH
) -> str:
    """One measure at its steps, ascending, as SVG; where there are none the picture says so."""
    return svg(effects_picture(code, scale, effects, messages), theme)


def effects_picture(code: str, scale: Scale, effects: Sequence[SideEffect], messages: Messages = ENGLISH) -> Picture:
    """See `effects_chart`."""
    shown = effects[-MOST_STEPS:]
    marks, bottom = _steps(shown, messages) if shown else ((), _TOP + _ROW_HEIGHT)
    return Picture(
        key="onset-effects-" + code.replace(":", "-"),
        width=WIDTH,
        height=bottom + 52,
        title=messages.say("effects-title", label=scale.label),
        words=" ".join(_words(effects, messages)),
        language=messages.language,
        marks=(*_heading(scale, messages), *_ground(bottom, messages, empty=not shown), *marks),
    )


def _heading(scale: Scale, messages: Messages) -> Iterator[Mark]:
    zero, ten = ends(scale.direction, messages)
    code = "effects-scale-turned" if scale.direction is Direction.HIGHER_IS_BETTER else "effects-scale"
    yield Label(x=12, y=20, text=scale.label[:38], size=15, fill=Colour.INK, bold=True)
    yield small(12, 37, messages.say(code, zero=zero, ten=ten))


def _ground(bottom: float, messages: Messages, *, empty: bool) -> Iterator[Mark]:
    """The shares, from none to all of the nights."""
    places = [(_x(share), f"{100 * share:.0f} %") for share in (0.0, 0.5, 1.0)]
    yield Lines(through=tuple(((x, _TOP - 8), (x, bottom)) for x, _ in places), stroke=Colour.GRID)
    for x, text in places:
        yield small(x, bottom + 14, text, anchor=Anchor.MIDDLE)
    if empty:
        yield small((_LEFT + _RIGHT) / 2, _TOP + 8, messages.say("effects-empty"), anchor=Anchor.MIDDLE)
    else:
        yield small(WIDTH / 2, bottom + 30, messages.say("effects-legend"), anchor=Anchor.MIDDLE)
        yield small(WIDTH / 2, bottom + 45, messages.say("effects-legend-line"), anchor=Anchor.MIDDLE)


def _steps(effects: Sequence[SideEffect], messages: Messages) -> tuple[tuple[Mark, ...], float]:
    """The marks, and where they end."""
    marks: list[Mark] = []
    y: float = _TOP
    for effect in effects:
        step, status = effect.step, messages.name("effect", effect.status)
        text = messages.say("effects-step", mg=step.to_mg, day=step.starts_on, status=status)
        marks.append(small(12, y + 6, text, fill=Colour.INK))
        y += _STEP_HEIGHT
        for phase in sorted(effect.nights_at_4_or_more, key=lambda one: _PHASES.index(one.phase)):
            marks += _phase(phase, y, messages)
            y += _ROW_HEIGHT
        y += _GAP
    return tuple(marks), y - _GAP


def _phase(phase: NightsAtFour, y: float, messages: Messages) -> Iterator[Mark]:
    name = messages.name("phase", phase.phase)
    yield small(_LEFT - 8, y + 6, name, anchor=Anchor.END)
    low, high = _x(phase.low), _x(phase.high)
    ticks = [((x, y - 2), (x, y + 6)) for x in (low, high)]
    yield Lines(through=(((low, y + 2), (high, y + 2)), *ticks), stroke=Colour.LINE, width=1.4)
    fill = Colour.PAPER if phase.phase == "before" else Colour.LINE
    yield Dot(x=_x(phase.nights / phase.of), y=y + 2, radius=3.5, fill=fill, stroke=Colour.LINE)
    yield small(WIDTH - 8, y + 6, messages.say("effects-nights", nights=phase.nights, of=phase.of), anchor=Anchor.END)


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _words(effects: Sequence[SideEffect], messages: Messages) -> Iterator[str]:
    if not effects:
        yield messages.say("effects-empty")
    for effect in effects:
        yield effect.text
        for phase in sorted(effect.nights_at_4_or_more, key=lambda one: _PHASES.index(one.phase)):
            name = messages.name("phase", phase.phase)
            yield messages.say("effects-tells", phase=name, nights=phase.nights, of=phase.of)
