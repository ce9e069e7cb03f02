"""What a summary says in English of side effects by dose step, and of dose times; a part of `messages.ENGLISH`."""

from collections.abc import Mapping
from typing import Final

DOSES: Final[Mapping[str, str]] = {
    # side effects
    "effect-rose": "{label}: scored worse in the first two weeks after the step to {mg} mg on {day}.",
    "effect-no-clear-rise": ("{label}: no clear worsening in the first two weeks after the step to {mg} mg on {day}."),
    "effect-too-early": (
        "{label}: nothing clear so far after the step to {mg} mg on {day}; the first two weeks are not over."
    ),
    "effect-few-yet": (
        "{label}: it is too early to tell about the step to {mg} mg on {day}; so far {have} days are scored of "
        "the {want} that are needed."
    ),
    "effect-too-short": (
        "{label}: after the step to {mg} mg on {day} there are too few scored days at this dose to tell: {have}, "
        "where {want} are needed."
    ),
    "effect-no-baseline": (
        "{label}: before the step to {mg} mg on {day} there are too few scored days to compare with: {have}, where "
        "{want} are needed."
    ),
    "effect-means": "The mean was {before} before and {early} then, where {worst} is worst.",
    "effect-fades": "Later at the same dose it went back at least half of the way.",
    "effect-persists": "Later at the same dose it was still there.",
    "effect-unclear": "Whether it went back later cannot be told.",
    "effect-course-too-early": "Whether it goes back can be told after four weeks at this dose.",
    # dose times
    "timing-observed": (
        "{bedtime_days} scored days belong to bedtime doses, {morning_days} to morning doses. No coin chose "
        "the times, so a difference may have other reasons."
    ),
    "timing-means-better": "The scores were {points} points better with {better} doses.",
    "timing-means-alike": "The scores were alike with both.",
    "timing-running": (
        "Your planned comparison of bedtime and morning runs until {last_day}. The answer comes after it, so that "
        "it can't sway the scores."
    ),
    "timing-nothing": (
        "Your planned comparison of bedtime and morning has no pair of weeks with enough scored days, so there is "
        "no answer."
    ),
    "timing-plan-better": "In your planned comparison the scores were {points} points better in {better} weeks.",
    "timing-plan-alike": "In your planned comparison the scores were alike in bedtime and morning weeks.",
    "timing-clear": (
        "Chance alone gives a difference this large in {percent} of 100 such plans, so it is hardly chance."
    ),
    "timing-unclear": (
        "Chance alone gives a difference this large in {percent} of 100 such plans, so it may be chance."
    ),
    "timing-few-pairs": (
        "Fewer than {want} pairs of weeks can't tell a difference from chance, however large it is; this plan has "
        "{pairs}."
    ),
}
