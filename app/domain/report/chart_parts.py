"""The parts of a chart, in the order in which they are laid over one another."""

from collections.abc import Iterator
from datetime import timedelta
from textwrap import shorten, wrap

from app.domain.report.chart_words import amount, ends
from app.domain.report.drawing import SMALL, Drawing
from app.domain.report.frame import BOTTOM, LEFT, RIGHT, SCALE_TOP, TOP, y
from app.domain.report.paint import number, paint, plain
from app.domain.trends.weeks import VALID_DAYS
from app.domain.trends.window import BASELINE_WEEKS

_STRIP_TOP, _STRIP_HEIGHT = BOTTOM + 6, 20
_DAY = timedelta(days=1)
_LETTER = 0.6 * SMALL
"""Width of a small letter, rather too much than too little."""
_MINUS = "\N{MINUS SIGN}"
_LINE_HEIGHT = 15
_LINE_LETTERS = 44
_TITLE_LETTERS = 38
_LARGEST_DOT = 3.0


def heading(it: Drawing) -> Iterator[str]:
    """What is drawn, and what the ends of the scale mean."""
    title = plain(shorten(it.label, _TITLE_LETTERS, placeholder="…"))
    zero, ten = ends(it.trend.direction, it.messages)
    yield f'<text x="12" y="20" font-size="15" font-weight="600" {paint(it.theme, fill="ink")}>{title}</text>'
    yield it.text(12, 37, it.messages.say("chart-scale", zero=zero, ten=ten))


def baseline(it: Drawing) -> Iterator[str]:
    """The weeks that are compared with, hatched."""
    if not _is_compared(it):
        return
    left, right = it.frame.x(-BASELINE_WEEKS), it.frame.x(0)
    yield (
        f'<pattern id="{it.key}-before" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0 6L6 0" {paint(it.theme, stroke="hatch")} stroke-width="0.8"/></pattern>'
        f'<rect x="{number(left)}" y="{TOP}" width="{number(right - left)}" height="{BOTTOM - TOP}" '
        f'fill="url(#{it.key}-before)"/>'
    )


def grid(it: Drawing, *, step: int) -> Iterator[str]:
    """Lines across the scale, and which end is the bad one."""
    zero, ten = ends(it.trend.direction, it.messages)
    lines = "".join(f"M{LEFT} {number(y(value))}H{RIGHT}" for value in range(0, SCALE_TOP + 1, step))
    yield f'<path d="{lines}" {paint(it.theme, stroke="grid")}/>'
    for value in range(0, SCALE_TOP + 1, step):
        yield it.text(LEFT - 6, y(value) + 4, str(value), anchor="end")
    yield it.text(LEFT - 6, y(0) - 9, zero, anchor="end")
    yield it.text(LEFT - 6, y(SCALE_TOP) + 17, ten, anchor="end")


def bands(it: Drawing) -> Iterator[str]:
    """The dose levels below the plot, and where each begins."""
    for at, band in enumerate(it.summary.dose_bands):
        left, right = it.frame.x_of(band.starts_on), it.frame.x_of(band.ends_on + _DAY)
        if right <= left:
            continue
        yield (
            f'<rect x="{number(left)}" y="{_STRIP_TOP}" width="{number(right - left)}" height="{_STRIP_HEIGHT}" '
            f"{paint(it.theme, fill=('shade', 'paper')[at % 2], stroke='hatch')}/>"
        )
        mg = amount(band.mg)
        for text in (it.messages.say("chart-mg", mg=mg), mg):
            if len(text) * _LETTER < right - left:
                yield it.text((left + right) / 2, _STRIP_TOP + 14, text, anchor="middle", fill="ink")
                break


def axis(it: Drawing) -> Iterator[str]:
    """Week numbers, and from where they count."""
    base = _STRIP_TOP + _STRIP_HEIGHT
    ticks = [(it.frame.x(week), week) for week in it.frame.ticks()]
    yield f'<path d="{"".join(f"M{number(x)} {base}v4" for x, _ in ticks)}" {paint(it.theme, stroke="soft")}/>'
    for x, week in ticks:
        yield it.text(x, base + 15, f"{week}".replace("-", _MINUS), anchor="middle")
    if it.frame.unseen:
        yield it.text(it.frame.x(it.frame.unseen.start + len(it.frame.unseen) / 2), base + 15, "…", anchor="middle")
    first_dose = it.summary.first_dose_date
    if first_dose is None:
        text = it.messages.say("chart-weeks-back", as_of=it.summary.as_of)
    else:
        text = it.messages.say("chart-weeks", first_dose=first_dose)
    yield it.text((LEFT + RIGHT) / 2, base + 31, text, anchor="middle")


def series(it: Drawing) -> Iterator[str]:
    """The weekly means: a line that never crosses a week without one, and dots that are hollow for few days."""
    line, previous = "", None
    dots: list[str] = []
    radius = min(_LARGEST_DOT, max(1.0, it.frame.week_width * 0.35))
    for week in it.trend.weeks:
        if week.mean is None:
            continue
        x, height = number(it.frame.x(week.week + 0.5)), number(y(week.mean))
        line += f"{'L' if previous == week.week - 1 else 'M'}{x} {height}"
        fill = "paper" if week.n < VALID_DAYS else "line"
        dots.append(
            f'<circle cx="{x}" cy="{height}" r="{number(radius)}" {paint(it.theme, fill=fill, stroke="line")}/>'
        )
        previous = week.week
    yield f'<path d="{line}" {paint(it.theme, stroke="line")} stroke-width="1.8" stroke-linejoin="round"/>'
    yield from dots


def marks(it: Drawing) -> Iterator[str]:
    """The first dose and the mean before it."""
    if it.summary.first_dose_date is None:
        return
    x = it.frame.x(0)
    yield f'<path d="M{number(x)} {TOP}V{BOTTOM}" {paint(it.theme, stroke="ink")} stroke-width="1.4"/>'
    text = it.messages.say("chart-first-dose")
    fits = x + len(text) * _LETTER < RIGHT
    yield it.text(x + 4 if fits else x - 4, TOP + 11, text, anchor="start" if fits else "end", fill="ink")
    mean = it.trend.baseline.mean
    if mean is not None:
        colours = paint(it.theme, stroke="ink")
        yield f'<path d="M{LEFT} {number(y(mean))}H{RIGHT}" {colours} stroke-dasharray="4 3"/>'


def legend(it: Drawing) -> Iterator[str]:
    """What hatching, dashes, hollow dots and gaps mean, where there are any."""
    say, weeks, mean = it.messages.say, it.trend.weeks, it.trend.baseline.mean
    about_weeks = [
        text
        for text, shown in (
            (say("chart-few-days", days=VALID_DAYS), any(0 < week.n < VALID_DAYS for week in weeks)),
            (say("chart-gap"), any(week.n == 0 for week in weeks)),
        )
        if shown
    ]
    lines = [say("chart-before", mean=f"{mean:.1f}")] if mean is not None and _is_compared(it) else []
    lines += [", ".join(about_weeks)] if about_weeks else []
    for at, text in enumerate(lines):
        yield it.text((LEFT + RIGHT) / 2, _STRIP_TOP + _STRIP_HEIGHT + 49 + at * _LINE_HEIGHT, text, anchor="middle")


def empty(it: Drawing) -> Iterator[str]:
    """What a diary without a complete week says instead of a line."""
    middle = (LEFT + RIGHT) / 2
    yield it.text(middle, TOP + 16, it.messages.say("chart-empty"), anchor="middle", fill="ink")
    told = (it.messages.say("chart-empty-how"), "", it.trend.verdict.text)
    lines = [line for text in told for line in wrap(text, _LINE_LETTERS) or [""]]
    for at, text in enumerate(lines):
        yield it.text(middle, TOP + 34 + at * _LINE_HEIGHT, text, anchor="middle")


def _is_compared(it: Drawing) -> bool:
    return it.summary.first_dose_date is not None and it.trend.baseline.mean is not None
