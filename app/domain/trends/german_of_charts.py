"""The German texts of charts and of the report for a doctor: a part of `german.GERMAN`."""

from collections.abc import Mapping
from typing import Final

CHARTS: Final[Mapping[str, str]] = {
    # charts
    "chart-title": "{label}: Mittel jeder Woche",
    "chart-scale": "Mittel jeder Woche, 0 {zero}, 10 {ten}",
    "chart-best": "am besten",
    "chart-worst": "am schlechtesten",
    "chart-axis-best": "gut",
    "chart-axis-worst": "übel",
    "chart-before": "schraffiert: vor der ersten Dosis, gestrichelt: Mittel, {mean}",
    "chart-before-unseen": "gestrichelt: das Mittel vor der ersten Dosis, {mean}",
    "chart-before-restart": "schraffiert: die Pause davor, gestrichelt: Mittel, {mean}",
    "chart-before-restart-unseen": "gestrichelt: das Mittel der Pause davor, {mean}",
    "chart-first-dose": "erste Dosis",
    "chart-restart": "Neubeginn",
    "chart-weeks": "Wochen ab dem {first_dose}",
    "chart-weeks-back": "Wochen bis zum {as_of}",
    "chart-mg": "{mg} mg",
    "chart-few-days": "hohl: weniger als {days} bewertete Tage",
    "chart-gap": "Lücke: kein Wert",
    "chart-onset": "grau: besser geworden, Woche {estimate} ({low} bis {high})",
    "chart-onset-unconfirmed": "grau: vielleicht besser ab Woche {estimate} ({low} bis {high})",
    "chart-event": "Dreieck: ein Ereignis",
    "chart-medicine": "Quadrat: ein anderes Medikament",
    "chart-other": "Quadrat: eine andere Behandlung",
    "chart-empty": "Noch keine Werte",
    "chart-empty-dates": "Keine Werte in diesem Zeitraum",
    "chart-empty-how": "Eine Woche erscheint hier, wenn sie um ist und mindestens einen Wert hat.",
    "chart-tells-scale": "Auf der Skala von 0 bis 10 ist 0 {zero} und 10 {ten}.",
    "chart-tells-nothing": "Es gibt noch keine ganze Woche mit einem Wert.",
    "chart-tells-weeks": (
        "{scored} von {weeks} gezeigten Wochen vom {first} bis zum {last} haben Werte; ihre Mittel liegen zwischen "
        "{lowest} und {highest}."
    ),
    "chart-tells-last": "Die letzte davon, ab dem {starts_on}, hat das Mittel {mean}.",
    "chart-tells-baseline": "Vor dem {first_dose} war das Mittel {mean}, bei {entries} bewerteten Tagen.",
    "chart-tells-baseline-restart": (
        "In der Pause vor dem {first_dose} war das Mittel {mean}, bei {entries} bewerteten Tagen."
    ),
    "chart-tells-band": "{mg} mg am Tag vom {starts_on} bis zum {ends_on}.",
    "chart-tells-onset": (
        "Die Werte wurden etwa ab Woche {estimate} nach dem {first_dose} besser, mit {percent} Prozent Sicherheit "
        "zwischen Woche {low} und {high}."
    ),
    "chart-tells-onset-unconfirmed": (
        "Die Werte wurden vielleicht besser, etwa ab Woche {estimate} nach dem {first_dose}; wenn ja, mit {percent} "
        "Prozent Sicherheit zwischen Woche {low} und {high}."
    ),
    # charts of side effects
    "effects-title": "{label}: Nächte mit schlechtem Wert bei jedem Dosisschritt",
    "effects-scale": "Nächte mit 4 oder mehr; 0 {zero}, 10 {ten}",
    "effects-scale-turned": "Nächte mit 6 oder weniger; 0 {zero}, 10 {ten}",
    "effects-empty": "Keine Nebenwirkung um einen Schritt",
    "effects-legend": "Punkt: Anteil der bewerteten Nächte, hohl: vor dem Schritt",
    "effects-legend-line": "Linie: wo der Anteil wahrscheinlich liegt (95 %)",
    "effects-step": "{mg} mg ab dem {day}: {status}",
    "effects-nights": "{nights}/{of}",
    "effects-tells": "{phase}: {nights} von {of} bewerteten Nächten waren schlecht.",
    # the report for a doctor
    "report-title": "Symptomtagebuch: {condition}",
    "report-dates": "{first} bis {last}",
    "report-until": "bis {last}",
    "report-by": "Tag für Tag von der Patientin oder dem Patienten geschrieben.",
    "report-by-name": "Tag für Tag geschrieben von {name}.",
    "report-footer": (
        "Onset zeigt, was im Tagebuch steht und was sich daraus zählen lässt, und nicht mehr. Methode {method}."
    ),
    "report-page": "Seite {page} von {pages}",
    "report-result": "Was das Tagebuch zeigt",
    "report-period": "Früherer Teil der Behandlung, {first} bis {last}: {text}",
    "report-whole-diary": (
        "Ergebnisse sind aus dem ganzen Tagebuch bis zum {last}; Bilder, Dosen und Nebenwirkungen sind aus dem "
        "Zeitraum oben."
    ),
    "report-patient-reads": "Für Patienten steht dort: „{text}“",
    "report-unconfirmed": "{status}, noch nicht bestätigt",
    "report-intervals": (
        "Vorher: 8 Wochen vor der ersten Dosis, oder die Pause vor dem Neubeginn (bewertete Tage). Weitere Klammern: "
        "90-%-Intervalle."
    ),
    "report-long": (
        "Von einer langen Behandlung zählen die ersten 104 und die letzten 52 Wochen; was dazwischen liegt, fehlt."
    ),
    "report-charts": "Woche für Woche",
    "report-doses": "Dosen im Lauf der Zeit",
    "report-no-doses": "Für diesen Zeitraum werden keine Dosen gezeigt.",
    "report-adherence": (
        "An {low} % von {days} Tagen ist eine Dosis eingetragen; längste Zeit ohne eine, in Tagen: {gap}."
    ),
    "report-adherence-range": (
        "An {low} bis {high} % von {days} Tagen wurde eine Dosis genommen (unbekannte Tage gelten als ausgelassen oder "
        "zählen nicht); längste Zeit ohne Eintrag, in Tagen: {gap}."
    ),
    "report-coverage": "Symptome sind an {scored} von {days} Tagen bewertet.",
    "report-side-effects": "Nebenwirkungen nach Dosisschritt",
    "report-head-effect": "Nebenwirkung",
    "report-head-step": "Schritt",
    "report-step": "{from_mg} auf {to_mg} mg, {day}",
    "report-effect": "{before}, {early}, {later}; {rise}; {status}",
    "report-nights": (
        "Bei jedem Schritt: Nächte mit 4 oder schlechter, von den bewerteten, vorher, in den ersten 14 Nächten und "
        "später; Anstieg in Punkten (90-%-Intervall)."
    ),
    "report-share": "{nights}/{of}",
    "report-status-course": "{status}, {course}",
    "report-no-steps": "In diesem Zeitraum ist um keinen Dosisschritt eine Nebenwirkung bewertet.",
    "report-others": "Was sich sonst geändert hat",
    "report-more": "Und {count} mehr.",
    "report-caveats": "Was dabei gilt",
    "report-evidence": "Was Studien fanden",
    "report-estimate": "{estimate} ({low} bis {high})",
    "report-mean": "{mean} (Tage: {n})",
    "report-people": "{n} Personen",
    "report-card": "{claim} ({facts}) {citation}",
    "report-head-symptom": "Mittel, 0 bis 10",
    "report-head-baseline": "Vorher",
    "report-head-latest": "Letzte 4 Wochen",
    "report-head-weeks": "Wochen bis zur Besserung",
    "report-head-drop": "Punkte besser",
    "report-head-status": "Ergebnis",
    "report-head-dose": "Tagesdosis",
    "report-head-from": "Von",
    "report-head-to": "Bis",
    "report-head-nights": "Nächte",
}

CHART_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "status": {
        "no_baseline": "nichts zum Vergleichen",
        "not_enough_data": "zu wenige Daten",
        "too_low_to_judge": "schon fast am besten",
        "no_clear_change": "keine klare Änderung",
        "possible": "vielleicht besser",
        "benefit_early": "besser, sehr früh",
        "benefit": "besser",
        "faded": "war besser, ließ nach",
        "worse": "schlechter",
        "other": "nicht bekannt",
    },
    "effect": {
        "rose": "schlechter",
        "no_clear_rise": "keine klare Änderung",
        "too_early": "noch zu früh",
        "too_short": "zu wenige Tage",
        "no_baseline": "nichts davor",
        "other": "nicht bekannt",
    },
    "course": {
        "fades": "ging dann zurück",
        "persists": "und blieb",
        "unclear": "später unklar",
        "too_early": "danach noch zu früh",
        "other": "später nicht bekannt",
    },
    "phase": {
        "before": "vorher",
        "early": "erste 14 Nächte",
        "later": "später",
        "other": "andere Nächte",
    },
    "certainty": {
        "none": "keine Studie gefunden",
        "very_low": "sehr unsicher",
        "low": "unsicher",
        "moderate": "mäßig sicher",
        "other": "Sicherheit nicht bekannt",
    },
}
