"""The English texts of charts and of the report for a doctor: a part of `messages.ENGLISH`, which others use."""

from collections.abc import Mapping

CHARTS: Mapping[str, str] = {
    # charts
    "chart-title": "{label}: mean of each week",
    "chart-scale": "mean of each week, 0 {zero}, 10 {ten}",
    "chart-best": "best",
    "chart-worst": "worst",
    "chart-axis-best": "best",
    "chart-axis-worst": "worst",
    "chart-before": "hatched: before the first dose, dashed: its mean, {mean}",
    "chart-before-unseen": "dashed: the mean before the first dose, {mean}",
    "chart-before-restart": "hatched: the pause before, dashed: its mean, {mean}",
    "chart-before-restart-unseen": "dashed: the mean of the pause before, {mean}",
    "chart-first-dose": "first dose",
    "chart-restart": "restart",
    "chart-weeks": "weeks from {first_dose}",
    "chart-weeks-back": "weeks up to {as_of}",
    "chart-mg": "{mg} mg",
    "chart-few-days": "hollow: fewer than {days} scored days",
    "chart-gap": "gap: no score",
    "chart-onset": "shaded: when it got better, week {estimate} ({low} to {high})",
    "chart-onset-unconfirmed": "shaded: maybe better from week {estimate} ({low} to {high})",
    "chart-event": "triangle: an event",
    "chart-medicine": "square: another medicine",
    "chart-other": "square: another treatment",
    "chart-empty": "No scores yet",
    "chart-empty-dates": "No scores in these dates",
    "chart-empty-how": "A week appears here when it is over and has at least one score.",
    "chart-tells-scale": "On the scale from 0 to 10, 0 is {zero} and 10 is {ten}.",
    "chart-tells-nothing": "There is no complete week with a score yet.",
    "chart-tells-weeks": (
        "{scored} of {weeks} weeks shown from {first} to {last} have scores; their means lie between {lowest} and "
        "{highest}."
    ),
    "chart-tells-last": "The latest of them, from {starts_on} on, has a mean of {mean}.",
    "chart-tells-baseline": "Before {first_dose} the mean was {mean}, from {entries} days.",
    "chart-tells-baseline-restart": "In the pause before {first_dose} the mean was {mean}, from {entries} days.",
    "chart-tells-band": "{mg} mg a day from {starts_on} to {ends_on}.",
    "chart-tells-onset": (
        "The scores got better from about week {estimate} after {first_dose} on, with {percent} percent "
        "certainty between week {low} and {high}."
    ),
    "chart-tells-onset-unconfirmed": (
        "The scores may have got better, from about week {estimate} after {first_dose} on; if they did, with {percent} "
        "percent certainty between week {low} and {high}."
    ),
    # charts of side effects
    "effects-title": "{label}: nights with a bad score at each dose step",
    "effects-scale": "nights with a score of 4 or more, 0 {zero}, 10 {ten}",
    "effects-scale-turned": "nights with a score of 6 or less, 0 {zero}, 10 {ten}",
    "effects-empty": "No side effect scored around a step",
    "effects-legend": "dot: share of the scored nights, hollow: before the step",
    "effects-legend-line": "line: where the share likely lies (95 %)",
    "effects-step": "{mg} mg from {day}: {status}",
    "effects-nights": "{nights}/{of}",
    "effects-tells": "{phase}: {nights} of {of} scored nights were bad.",
    # the report for a doctor
    "report-title": "Symptom diary: {condition}",
    "report-dates": "{first} to {last}",
    "report-until": "up to {last}",
    "report-by": "Written by the patient, day by day.",
    "report-by-name": "Written day by day by {name}.",
    "report-footer": (
        "Onset shows what a patient wrote and what can be counted from it, and nothing more. Method {method}."
    ),
    "report-page": "page {page} of {pages}",
    "report-result": "What the diary shows",
    "report-period": "Earlier part of the treatment, {first} to {last}: {text}",
    "report-whole-diary": (
        "Results are from the whole diary up to {last}; charts, doses and side effects are of the dates above."
    ),
    "report-patient-reads": "The patient reads: “{text}”",
    "report-unconfirmed": "{status}, not confirmed yet",
    "report-intervals": (
        "Before: 8 weeks before the first dose, or the pause before a restart (scored days). Later brackets: 90 % "
        "intervals."
    ),
    "report-long": (
        "Of a long treatment the first 104 weeks and the latest 52 are looked at; what lies between is left out."
    ),
    "report-charts": "Week by week",
    "report-doses": "Doses over time",
    "report-no-doses": "No doses are shown for these dates.",
    "report-adherence": "A dose is recorded on {low} % of {days} days; longest time without one, in days: {gap}.",
    "report-adherence-range": (
        "A dose was taken on {low} to {high} % of {days} days (unknown days count as missed, or not at all); "
        "longest time without a record, in days: {gap}."
    ),
    "report-coverage": "Symptoms are scored on {scored} of {days} days.",
    "report-side-effects": "Side effects by dose step",
    "report-head-effect": "Side effect",
    "report-head-step": "Step",
    "report-step": "{from_mg} to {to_mg} mg, {day}",
    "report-effect": "{before}, {early}, {later}; {rise}; {status}",
    "report-nights": (
        "At each step: nights with a score of 4 or worse, of the scored ones, before it, in its first 14 nights "
        "and later; rise in points (90 % interval)."
    ),
    "report-share": "{nights}/{of}",
    "report-status-course": "{status}, {course}",
    "report-no-steps": "No side effect is scored around a dose step in these dates.",
    "report-others": "What else changed",
    "report-more": "And {count} more.",
    "report-caveats": "To bear in mind",
    "report-evidence": "What studies found",
    "report-estimate": "{estimate} ({low} to {high})",
    "report-mean": "{mean} ({n} days)",
    "report-people": "{n} people",
    "report-card": "{claim} ({facts}) {citation}",
    "report-head-symptom": "Mean score, 0 to 10",
    "report-head-baseline": "Before",
    "report-head-latest": "Last 4 weeks",
    "report-head-weeks": "Weeks to benefit",
    "report-head-drop": "Points better",
    "report-head-status": "Result",
    "report-head-dose": "Daily dose",
    "report-head-from": "From",
    "report-head-to": "To",
    "report-head-nights": "Nights",
}
"""By code, as `Messages.sentences`."""

CHART_NAMES: Mapping[str, Mapping[str, str]] = {
    "status": {
        "no_baseline": "nothing to compare with",
        "not_enough_data": "too few data",
        "too_low_to_judge": "too low to judge",
        "no_clear_change": "no clear change",
        "possible": "possibly better",
        "benefit_early": "better, very early",
        "benefit": "better",
        "faded": "was better, has faded",
        "worse": "worse",
        "other": "not known",
    },
    "effect": {
        "rose": "worse",
        "no_clear_rise": "no clear change",
        "too_early": "too early to tell",
        "too_short": "too few days",
        "no_baseline": "nothing before",
        "other": "not known",
    },
    "course": {
        "fades": "then went back",
        "persists": "and stayed",
        "unclear": "later unclear",
        "too_early": "later too early to tell",
        "other": "later not known",
    },
    "phase": {
        "before": "before",
        "early": "first 14 nights",
        "later": "later",
        "other": "other nights",
    },
    "certainty": {
        "none": "no study found",
        "very_low": "certainty very low",
        "low": "certainty low",
        "moderate": "certainty moderate",
        "other": "certainty not known",
    },
}
"""By what they name, as `Messages.names`."""
