"""Every sentence a summary and its chart say, in one place, so that a translation is one more value of `Messages`.

They describe and never advise. A verdict's text is at most three short sentences for a reader of twelve years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.catalogue import CONDITIONS, EVIDENCE, MEASURES
from app.domain.trends.messages_of_charts import CHART_NAMES, CHARTS
from app.domain.trends.messages_of_doses import DOSES

MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The texts of one language."""

    language: str
    """BCP 47."""
    months: tuple[str, ...]
    date_form: str
    """With {day}, {month} (its name) and {year}."""
    decimal_mark: str
    sentences: Mapping[str, str]
    """By code; placeholders are named in braces."""
    names: Mapping[str, Mapping[str, str]]
    """Names of kinds by what they are kinds of; `other` stands for those without a name."""

    def say(self, code: str, **values: object) -> str:
        """One text with its placeholders filled in: dates written out, floats with one decimal, amounts."""
        told = {name: self._shown(value) for name, value in values.items()}
        return self.sentences[code].format_map(told)

    def number(self, value: float) -> str:
        """A number with one decimal; what rounds to zero has no sign."""
        return f"{round(value, 1) + 0.0:.1f}".replace("-", MINUS).replace(".", self.decimal_mark)

    def amount(self, mg: Decimal) -> str:
        """Milligrams without trailing zeros."""
        return f"{mg.normalize():f}".replace(".", self.decimal_mark)

    def day(self, day: date) -> str:
        """A date as people write it."""
        return self.date_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def name(self, what: str, kind: str) -> str:
        """The name of a kind; of one without a name that of `other`."""
        names = self.names[what]
        return names.get(kind, names["other"])

    def label(self, what: str, code: str, given: str) -> str:
        """A `measure`, `condition` or `claim` of the catalogue in this language; any other as given.

        A claim's code is its study, or its condition where there is none.
        """
        return self.names[what].get(code, given)

    def _shown(self, value: object) -> object:
        match value:
            case date():
                return self.day(value)
            case float():
                return self.number(value)
            case Decimal():
                return self.amount(value)
            case _:
                return value


ENGLISH = Messages(
    language="en",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date_form="{day} {month} {year}",
    decimal_mark=".",
    sentences={
        **CHARTS,
        **DOSES,
        # verdicts
        "no-first-dose": "Your diary has no first dose yet, so there is no before and after to compare.",
        "baseline-is-there": "There are enough scored days to compare with later.",
        "baseline-is-missing": (
            "Before the first dose it takes {want_days} scored days in at least {want_weeks} weeks; so far it is "
            "{have_days}."
        ),
        "possible-from": "The earliest date for an answer is {possible_from}.",
        "plan-too-soon": "The plan begins on {planned_on}, and that leaves too few days to compare with.",
        "no-measures": "No symptom is chosen for this condition yet.",
        "no-baseline": (
            "There are no scores from the {weeks} weeks before the first dose on {first_dose} to compare with."
        ),
        "baseline-too-small": (
            "Scored days before the first dose on {first_dose}: {have_days}; it takes {want_days} in at least "
            "{want_weeks} weeks."
        ),
        "older-notes": "Days from before that date still count if they are added from older notes.",
        "weeks-missing": (
            "An answer needs {want_weeks} weeks with at least {valid_days} scored days since the first dose; so far "
            "there are {have_weeks}."
        ),
        "paused": "Your diary says that the treatment is paused, so there is no date for an answer yet.",
        "no-date": "There is no date for an answer yet.",
        "ended-early": (
            "This part of the treatment ended on {ended_on}, before there were enough scored weeks for an answer."
        ),
        "too-low": (
            "Before the first dose the scores were already close to the best: {mean} on average, where {best} is best. "
            "That leaves too little room for a change that could be told from chance."
        ),
        "better": (
            "Your scores got better by about {points} points ({low} to {high}), from around week {week} "
            "({first_week} to {last_week})."
        ),
        "better-in-one-week": (
            "Your scores got better by about {points} points ({low} to {high}), from around week {week} on."
        ),
        "better-early": "Your scores got better by about {points} points ({low} to {high}) right after {first_dose}.",
        "early-may-be-hope": "A change so soon may come from hope, or be a natural swing.",
        "early-to-confirm": ("So soon it may be hope or a natural swing; a look on {confirmed_on} may confirm it."),
        "to-confirm": "This is not confirmed yet; it is if a look on {confirmed_on} shows it too.",
        "never-confirmed": "This part of the treatment ended on {ended_on}, before a second look could confirm it.",
        "faded": (
            "Your scores got better by about {points} points ({low} to {high}) around week {week}, but most of that "
            "is gone."
        ),
        "worse": (
            "Your scores in the last weeks are worse than before {first_dose}: {latest} on average now, {before} "
            "before."
        ),
        "maybe-better": (
            "Your scores may have got better by about {points} points ({low} to {high}), but that is not clear."
        ),
        "back-to-usual": (
            "Your scores are better than just before {first_dose}, by about {points} points ({low} to {high})."
        ),
        "usual-again": "They are not clearly better than what you called usual, so this may be your usual again.",
        "no-clear-change": (
            "There is no clear change: {latest} on average in the last weeks, {before} before {first_dose}."
        ),
        "small-may-hide": "A small or slow change may not show.",
        "by-chance": (
            "Chance swings this large and lasting appear in about {percent} of 100 diaries with no effect at all."
        ),
        "maybe-by-chance": "Chance swings like this appear in about {percent} of 100 diaries with no effect at all.",
        "mixed": "Other things changed in the same time too, so what this comes from can't be told.",
        "size-small": "For pain, studies call a change of this size small.",
        "size-moderate": "For pain, studies call a change of this size moderate.",
        "size-substantial": "For pain, studies call a change of this size substantial.",
        "cause-unknown": "A diary alone can't tell what made the change.",
        # caveats
        "caveat-chance": (
            "Chance swings this large and lasting appear in about {percent} of 100 diaries with no effect at all. In "
            "diaries that drift slowly on their own it is about {drift} of 100."
        ),
        "caveat-chance-possible": (
            "Chance swings like this appear in about {percent} of 100 diaries with no effect at all, so it does not "
            "count as a change."
        ),
        "caveat-chance-worse": (
            "Chance swings this large and lasting to the worse appear in about {percent} of 100 diaries with no effect "
            "at all."
        ),
        "caveat-started-at-worst": (
            "People often start when they feel at their worst, and then part of a fall may be natural. Of 100 people "
            "who start so, about {percent} would at some time see such a fall without any effect."
        ),
        "caveat-started-at-worst-usual-told": (
            "People often start when they feel at their worst, and then part of a fall may be natural. You told your "
            "usual level before, which makes that rarer: about {percent} of 100 who start so would still see such a "
            "fall at some time without any effect."
        ),
        "caveat-may-be-return-to-usual": (
            "Your scores fell, but not clearly below what you called usual before the first dose. They may have gone "
            "back to usual on their own."
        ),
        "caveat-placebo": (
            "Hope alone can make scores better: in two fibromyalgia trials pain fell by 0.6 to 0.9 points, on a scale "
            "from 0 to 10, in people who took pills without any medicine."
        ),
        "caveat-confounded": (
            "Other things changed in the same time, such as other medicines or events. What you see may come from "
            "them, so this result is confounded: nobody can tell the causes apart."
        ),
        "caveat-low-coverage": (
            "Scores are there for {days_scored} of {days} days. What the other days were like is not known."
        ),
        "caveat-primary-chosen-after-start": (
            "The symptoms to look at were chosen after the first dose. Choosing late can make chance look like a "
            "change."
        ),
        "caveat-first-dose-from-plan": (
            "Weeks are counted from the start in your plan, since no recorded dose is close to that date."
        ),
        "caveat-diary-silent": "The last week with enough scores is more than {weeks} weeks old.",
        # confounders
        "medicine-began": "Another medicine ({kind}) was started on {began}.",
        "medicine-ended": "Another medicine ({kind}) was stopped on {ended}.",
        "medicine-both": "Another medicine ({kind}) was started on {began} and stopped on {ended}.",
        "medicine-meanwhile": "Another medicine ({kind}) is recorded for the same time.",
        "opioid-label": (
            "The label of naltrexone says that it must not be combined with opioids; a prescriber or pharmacist can "
            "tell more."
        ),
        "event-day": "{kind} on {began}.",
        "event-days": "{kind} from {began} to {ended}.",
        "event-since": "{kind} since {began}.",
        # what others read, where a consent withholds something
        "another-treatment": "Another treatment changed.",
        "outside-grant": ("The time before the first dose is not shared, so there is nothing to compare with."),
        "caveat-baseline-outside-grant": "The treatment began before the dates that are shared.",
        "shared-no_baseline": "There are no scores from before the treatment to compare with.",
        "shared-not_enough_data": "There are too few scored weeks for an answer.",
        "shared-too_low_to_judge": (
            "Before the treatment the scores were already close to the best end of the scale. That leaves too little "
            "room for a change that could be told from chance."
        ),
        "shared-no_clear_change": "No clear change can be told from the weekly scores.",
        "shared-possible": "The scores may be better than before the treatment; it is not clear.",
        "shared-benefit_early": (
            "The scores became better very early in the treatment. That may be expectation or a natural swing."
        ),
        "shared-benefit": "The scores are better than before the treatment.",
        "shared-faded": "The scores became better during the treatment, and most of that has gone since.",
        "shared-worse": "The scores are worse than before the treatment.",
        "shared-unconfirmed": "This is not confirmed yet.",
    },
    names={
        **CHART_NAMES,
        "measure": {**{code: measure.label for code, measure in MEASURES.items()}, "other": "Symptom"},
        "condition": {**{code: condition.label for code, condition in CONDITIONS.items()}, "other": "Condition"},
        "claim": {**{card.study or card.condition: card.claim for card in EVIDENCE}, "other": "Not known."},
        "series": {"other": "All symptoms together"},
        "dose-time": {"bedtime": "bedtime", "other": "morning"},
        "medicine": {
            "opioid": "an opioid",
            "steroid": "a steroid",
            "nsaid": "an anti-inflammatory painkiller",
            "dmard": "a medicine for the immune system",
            "antidepressant": "an antidepressant",
            "hypnotic": "a sleeping medicine",
            "other": "kind not given",
        },
        "event": {
            "flare": "Flare",
            "infection": "Infection",
            "travel": "Travel",
            "menstruation": "Menstruation",
            "procedure": "Medical procedure",
            "vaccination": "Vaccination",
            "stress": "Time of stress",
            "other": "Event",
        },
    },
)
