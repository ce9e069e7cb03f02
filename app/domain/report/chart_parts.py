"""The parts of a chart, in the order in which they are laid over one another."""

from collections.abc import Iterator
from datetime import timedelta
from textwrap import shorten, wrap

from app.domain.report.chart_words import compared_from, ends, onset, others_in_view
from app.domain.report.drawing import LETTER, Drawing, small
from app.domain.report.frame import BOTTOM, LEFT, RIGHT, SCALE_TOP, STRIP_HEIGHT, STRIP_TOP, TOP, y
from app.domain.report.shapes import Anchor, Area, Box, Colour, Dot, Label, Lines, Mark, Point, hatching
from app.domain.trends.messages import MINUS
from app.domain.trends.weeks import VALID_DAYS

_DAY = timedelta(days=1)
_LINE_HEIGHT = 15
_LINE_LETTERS = 44
_TITLE_LETTERS = 38
_LARGEST_DOT = 3.0
_HATCH_GAP = 7
_MIDDLE = (LEFT + RIGHT) / 2


def heading(it: Drawing) -> Iterator[Mark]:
    """What is drawn, and what the ends of the scale mean."""
    title = shorten(it.label, _TITLE_LETTERS, placeholder="…")
    zero, ten = ends(it.trend.direction, it.messages)
    yield Label(x=12, y=20, text=title, size=15, fill=Colour.INK, bold=True)
    yield small(12, 37, it.messages.say("chart-scale", zero=zero, ten=ten))


def baseline(it: Drawing) -> Iterator[Mark]:
    """The weeks that are compared with, hatched."""
    first = compared_from(it)
    left, right = it.frame.x_of(first) if first else LEFT, it.frame.x(0)
    if first and left < right:
        lines = hatching(left=left, right=right, top=TOP, bottom=BOTTOM, gap=_HATCH_GAP)
        yield Lines(through=lines, stroke=Colour.HATCH, width=0.8)


def onset_band(it: Drawing) -> Iterator[Mark]:
    """When the change began, as far as the verdict tells: the interval, shaded."""
    found = onset(it)
    if found is not None:
        left, right = it.frame.x(found.low), it.frame.x(found.high)
        yield Box(left=left, top=TOP, width=right - left, height=BOTTOM - TOP, fill=Colour.SHADE)
        yield Lines(
            through=tuple(((x, TOP), (x, BOTTOM)) for x in (left, right)), stroke=Colour.HATCH, width=1, dash=(2, 2)
        )


def grid(it: Drawing, *, step: int) -> Iterator[Mark]:
    """Lines across the scale, and which end is the bad one."""
    zero, ten = ends(it.trend.direction, it.messages, where="chart-axis")
    values = range(0, SCALE_TOP + 1, step)
    yield Lines(through=tuple(((LEFT, y(value)), (RIGHT, y(value))) for value in values), stroke=Colour.GRID)
    for value in values:
        yield small(LEFT - 6, y(value) + 4, str(value), anchor=Anchor.END)
    yield small(LEFT - 4, y(0) - 9, zero, anchor=Anchor.END)
    yield small(LEFT - 4, y(SCALE_TOP) + 17, ten, anchor=Anchor.END)


def bands(it: Drawing) -> Iterator[Mark]:
    """The dose levels below the plot, and where each begins."""
    for at, band in enumerate(it.summary.dose_bands):
        left, right = it.frame.x_of(band.starts_on), it.frame.x_of(band.ends_on + _DAY)
        if right <= left:
            continue
        fill = (Colour.SHADE, Colour.PAPER)[at % 2]
        yield Box(left=left, top=STRIP_TOP, width=right - left, height=STRIP_HEIGHT, fill=fill, stroke=Colour.HATCH)
        for text in (it.messages.say("chart-mg", mg=band.mg), it.messages.amount(band.mg)):
            if len(text) * LETTER < right - left:
                yield small((left + right) / 2, STRIP_TOP + 14, text, anchor=Anchor.MIDDLE, fill=Colour.INK)
                break


def axis(it: Drawing) -> Iterator[Mark]:
    """Week numbers, and from where they count."""
    base = STRIP_TOP + STRIP_HEIGHT
    ticks = [(it.frame.x(week), week) for week in it.frame.ticks()]
    yield Lines(through=tuple(((x, base), (x, base + 4)) for x, _ in ticks), stroke=Colour.SOFT)
    for x, week in ticks:
        yield small(x, base + 15, f"{week}".replace("-", MINUS), anchor=Anchor.MIDDLE)
    if it.frame.unseen:
        x = it.frame.x(it.frame.unseen.start + len(it.frame.unseen) / 2)
        yield small(x, base + 15, "…", anchor=Anchor.MIDDLE)
    first_dose = it.summary.first_dose_date
    if first_dose is None:
        text = it.messages.say("chart-weeks-back", as_of=it.summary.as_of)
    else:
        text = it.messages.say("chart-weeks", first_dose=first_dose)
    yield small(_MIDDLE, base + 31, text, anchor=Anchor.MIDDLE)


def series(it: Drawing) -> Iterator[Mark]:
    """The weekly means: a line that never crosses a week without one, and dots that are hollow for few days."""
    runs: list[list[Point]] = []
    previous = None
    dots: list[Dot] = []
    radius = min(_LARGEST_DOT, max(1.0, it.frame.week_width * 0.35))
    for week in it.weeks:
        if week.mean is None:
            continue
        point = it.frame.x(week.week + 0.5), y(week.mean)
        if previous is None or previous != week.week - 1:
            runs.append([])
        runs[-1].append(point)
        fill = Colour.PAPER if week.n < VALID_DAYS else Colour.LINE
        dots.append(Dot(x=point[0], y=point[1], radius=radius, fill=fill, stroke=Colour.LINE))
        previous = week.week
    yield Lines(through=tuple(map(tuple, runs)), stroke=Colour.LINE, width=1.8)
    yield from dots


def before(it: Drawing) -> Iterator[Mark]:
    """The first dose and the mean before it."""
    if it.summary.first_dose_date is None:
        return
    if it.frame.shows(0):
        x = it.frame.x(0)
        yield Lines(through=(((x, TOP), (x, BOTTOM)),), stroke=Colour.INK, width=1.4)
        text = it.messages.say("chart-restart" if it.summary.periods else "chart-first-dose")
        fits = x + len(text) * LETTER < RIGHT
        anchor = Anchor.START if fits else Anchor.END
        yield small(x + 4 if fits else x - 4, TOP + 11, text, anchor=anchor, fill=Colour.INK)
    mean = it.trend.baseline.mean
    if mean is not None:
        line = (LEFT, y(mean)), (RIGHT, y(mean))
        yield Lines(through=(line,), stroke=Colour.INK, width=1, dash=(4, 3))


def onset_mark(it: Drawing) -> Iterator[Mark]:
    """The likeliest time of the change: a line with a foot at each end of the interval."""
    found = onset(it)
    if found is not None:
        low, middle, high = (it.frame.x(week) for week in (found.low, found.estimate, found.high))
        foot = BOTTOM - 6
        across = (low, foot), (high, foot)
        yield Lines(
            through=(across, *(((x, foot - 4), (x, foot + 4)) for x in (low, high))), stroke=Colour.INK, width=1.2
        )
        yield Area(
            corners=((middle - 4, foot), (middle, foot - 5), (middle + 4, foot), (middle, foot + 5)), fill=Colour.INK
        )


def others(it: Drawing) -> Iterator[Mark]:
    """What else changed, above the plot: a triangle for an event, a square for another medicine or treatment."""
    places = sorted({(round(it.frame.x_of(day)), other.kind) for day, other in others_in_view(it)})
    for x, kind in places:
        if kind == "event":
            yield Area(corners=((x - 4, TOP - 9), (x + 4, TOP - 9), (x, TOP - 2)), fill=Colour.INK)
        else:
            yield Area(
                corners=((x - 3, TOP - 8), (x + 3, TOP - 8), (x + 3, TOP - 2), (x - 3, TOP - 2)), fill=Colour.INK
            )


def empty(it: Drawing) -> Iterator[Mark]:
    """What a diary without a complete week says instead of a line."""
    code = "chart-empty-dates" if it.trend.weeks else "chart-empty"
    yield small(_MIDDLE, TOP + 16, it.messages.say(code), anchor=Anchor.MIDDLE, fill=Colour.INK)
    if it.trend.weeks:
        return
    told = (it.messages.say("chart-empty-how"), "", it.trend.verdict.text)
    lines = [line for text in told for line in wrap(text, _LINE_LETTERS) or [""]]
    for at, text in enumerate(lines):
        yield small(_MIDDLE, TOP + 34 + at * _LINE_HEIGHT, text, anchor=Anchor.MIDDLE)
