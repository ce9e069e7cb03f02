"""What a summary says in German of side effects by dose step, and of dose times; a part of `german.GERMAN`."""

from collections.abc import Mapping
from typing import Final

DOSES: Final[Mapping[str, str]] = {
    # side effects
    "effect-rose": "{label}: in den ersten zwei Wochen nach dem Schritt auf {mg} mg am {day} schlechter bewertet.",
    "effect-no-clear-rise": (
        "{label}: in den ersten zwei Wochen nach dem Schritt auf {mg} mg am {day} nicht klar schlechter bewertet."
    ),
    "effect-too-early": (
        "{label}: bisher nichts Klares nach dem Schritt auf {mg} mg am {day}; die ersten zwei Wochen sind noch nicht "
        "um."
    ),
    "effect-few-yet": (
        "{label}: für den Schritt auf {mg} mg am {day} ist es noch zu früh; bewertete Tage bisher: {have}, nötig sind "
        "{want}."
    ),
    "effect-too-short": (
        "{label}: nach dem Schritt auf {mg} mg am {day} gibt es zu wenige bewertete Tage mit dieser Dosis: {have}, "
        "nötig sind {want}."
    ),
    "effect-no-baseline": (
        "{label}: vor dem Schritt auf {mg} mg am {day} gibt es zu wenige bewertete Tage zum Vergleichen: {have}, nötig "
        "sind {want}."
    ),
    "effect-means": "Das Mittel war vorher {before} und dann {early}, wobei {worst} am schlechtesten ist.",
    "effect-fades": "Später ging es bei gleicher Dosis mindestens zur Hälfte wieder zurück.",
    "effect-persists": "Später war es bei gleicher Dosis noch da.",
    "effect-unclear": "Ob es später zurückging, lässt sich nicht sagen.",
    "effect-course-too-early": "Ob es zurückgeht, lässt sich nach vier Wochen mit dieser Dosis sagen.",
    # dose times
    "timing-observed": (
        "Bewertete Tage mit Dosis am Abend: {bedtime_days}, am Morgen: {morning_days}. Die Zeiten hat kein Los "
        "bestimmt, ein Unterschied kann also andere Gründe haben."
    ),
    "timing-means-better": "Die Werte waren um {points} Punkte besser, wenn die Dosis {better} war.",
    "timing-means-alike": "Die Werte waren mit beiden gleich.",
    "timing-running": (
        "Ihr geplanter Vergleich von abends und morgens läuft bis zum {last_day}. Die Antwort kommt danach, damit sie "
        "die Werte nicht beeinflusst."
    ),
    "timing-nothing": (
        "Ihr geplanter Vergleich von abends und morgens hat kein Paar von Wochen mit genug bewerteten Tagen, also gibt "
        "es keine Antwort."
    ),
    "timing-plan-better": (
        "In Ihrem geplanten Vergleich waren die Werte um {points} Punkte besser in den Wochen mit Dosis {better}."
    ),
    "timing-plan-alike": "In Ihrem geplanten Vergleich waren die Werte abends und morgens gleich.",
    "timing-clear": (
        "Durch Zufall allein kommt ein so großer Unterschied in {percent} von 100 solchen Plänen vor; Zufall ist es "
        "also kaum."
    ),
    "timing-unclear": (
        "Durch Zufall allein kommt ein so großer Unterschied in {percent} von 100 solchen Plänen vor; es kann also "
        "Zufall sein."
    ),
    "timing-few-pairs": (
        "Mit weniger als {want} Paaren von Wochen lässt sich kein Unterschied vom Zufall trennen, wie groß er auch "
        "ist; dieser Plan hat {pairs}."
    ),
}
