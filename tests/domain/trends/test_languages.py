"""Each language says the same things, as plainly: no cause claimed, nothing advised, at most 20 words a sentence."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest

from app.domain.catalogue import CONDITIONS, EVIDENCE, MEASURES
from app.domain.trends.languages import LANGUAGES, messages_for
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.summary import summary
from tests.domain.trends.diaries import Written, on, steady, step, taken, tracked
from tests.domain.trends.test_results import BETTER, CONFOUNDED, FADED, SAME, SOON, WORSE

MOST_SENTENCES, MOST_WORDS = 3, 20
NO_VERDICT = ("caveat-", "chart-", "effect", "report-", "timing-", "medicine-", "event-", "opioid-", "another-")
CLAIMS = {
    "en": r"should\w*|must|ought|have to|recommend\w*|advis\w*|advice|because|caused?|causes (?!apart)|due to|"
    r"thanks to|cur(e|es|ed)|heal(s|ed|ing)?|works?|worked|helps?|helped|please|stop taking",
    "de": r"soll\w*|müss\w*|muss|empfehl\w*|empfohlen|rat|raten|geraten|bitte|weil|wegen|dank|durch das|verursach\w*|"
    r"bewirk\w*|heil\w*|geheilt|hilft|helfen|geholfen|wirkt|vermeiden",
}
LABEL = "opioid-label"
"""Says what the label says, for which the product's page asks."""
VALUES: dict[str, object] = {
    **dict.fromkeys(("first_dose", "ended_on", "confirmed_on", "possible_from", "planned_on"), date(2026, 9, 20)),
    **dict.fromkeys(("points", "low", "high", "before", "latest", "mean"), 2.4),
    **dict.fromkeys(("week", "first_week", "last_week", "percent", "weeks", "best"), 12),
    **dict.fromkeys(("want_days", "want_weeks", "have_days", "have_weeks", "valid_days"), 10),
}
BEFORE = Written(days=steady(range(-28, 0)), doses=(), tracked=tracked())
LIVED = [
    *((written, day) for written in (BETTER, SOON, FADED, WORSE, SAME) for day in (20, 55, 83, 139)),
    *((Written(days=BETTER.days, doses=BETTER.doses, tracked=tracked(), events=CONFOUNDED), day) for day in (90, 139)),
    (Written(days=steady(range(60)), doses=taken(range(60)), tracked=tracked()), 59),
    (Written(days=steady(range(-4, 60)), doses=taken(range(60)), tracked=tracked()), 59),
    (BEFORE, -1),
    (Written(days=steady(range(-4, 0)), tracked=tracked(), steps=[step(3)]), -1),
    (Written(), 0),
]

every_language = pytest.mark.parametrize("messages", LANGUAGES.values(), ids=LANGUAGES)


def told(messages: Messages) -> set[str]:
    """Verdicts as patients read them."""
    looks = [summary(written.at(on(day)), on(day), None, messages) for written, day in LIVED]
    return {
        verdict.text
        for seen in looks
        for verdict in (seen.composite.verdict, *(trend.verdict for trend in seen.measures.values()))
    }


def sentences(text: str, messages: Messages) -> list[str]:
    """German dates have a full stop that ends nothing."""
    plain = re.sub(rf"(\d)\. (?={'|'.join(messages.months)})", r"\1 ", text)
    return [one for one in re.split(r"(?<=[.])\s", plain) if one]


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; a number counts as one."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    silent = re.search(r"[^aeiouyl]e$|[^aeiouydt]ed$|[^aeiouycsgxzh]es$", bare) is not None
    return max(1, len(re.findall(r"[aeiouy]+", bare)) - silent)


def reading_grade(texts: Iterable[str]) -> float:
    """The school grade for which an English text is readable: Kincaid, Fishburne, Rogers and Chissom, Derivation of New
    Readability Formulas for Navy Enlisted Personnel, Research Branch Report 8-75 (1975).

    As there, a colon or semicolon ends a unit of thought like a full stop.
    """
    units = [unit.split() for text in texts for unit in re.split(r"[.;:](?=\s|$)", text) if unit.strip()]
    words = [word for unit in units for word in unit]
    return 0.39 * len(words) / len(units) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_reading_grade_is_that_of_its_formula() -> None:
    assert [syllables(word) for word in ("diary", "scores", "treatment", "likely", "changed", "2.4")] == [
        2,
        1,
        2,
        3,
        1,
        1,
    ]
    assert reading_grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)


@every_language
def test_a_language_says_all_that_english_says_with_the_same_values(messages: Messages) -> None:
    assert messages.sentences.keys() == ENGLISH.sentences.keys()
    assert {what: names.keys() for what, names in messages.names.items()} == {
        what: names.keys() for what, names in ENGLISH.names.items()
    }
    for code, text in ENGLISH.sentences.items():
        assert placeholders(messages.sentences[code]) == placeholders(text), code
    assert len(set(messages.months)) == 12


@every_language
def test_a_language_names_every_measure_and_condition(messages: Messages) -> None:
    assert messages.names["measure"].keys() == {*MEASURES, "other"}
    assert messages.names["condition"].keys() == {*CONDITIONS, "other"}
    assert messages.label("measure", "own:grip", "Grip") == "Grip"


@every_language
def test_claims_of_studies_keep_their_figures(messages: Messages) -> None:
    claims = messages.names["claim"]
    assert claims.keys() == {*(card.study or card.condition for card in EVIDENCE), "other"}
    assert len(claims) == len(EVIDENCE) + 1
    for card in EVIDENCE:
        told = claims[card.study or card.condition].replace(messages.decimal_mark, ".")
        assert sorted(re.findall(r"\d+(?:\.\d+)?", told)) == sorted(re.findall(r"\d+(?:\.\d+)?", card.claim)), (
            card.study
        )


@every_language
def test_a_verdict_is_short(messages: Messages) -> None:
    for text in told(messages):
        assert 1 <= len(sentences(text, messages)) <= MOST_SENTENCES, text


@every_language
def test_no_sentence_of_a_verdict_is_long(messages: Messages) -> None:
    spoken = [code for code in messages.sentences if not code.startswith(NO_VERDICT)]
    assert len(spoken) > 35
    for code in spoken:
        for sentence in sentences(messages.say(code, **VALUES), messages):
            assert len(sentence.split()) <= MOST_WORDS, sentence


@every_language
def test_no_text_claims_a_cause_or_advises(messages: Messages) -> None:
    claim = re.compile(rf"\b({CLAIMS[messages.language]})\b", re.IGNORECASE)
    spoken = [text for code, text in messages.sentences.items() if code != LABEL]
    for text in (*spoken, *(name for names in messages.names.values() for name in names.values())):
        assert claim.search(text) is None, text


def test_an_english_verdict_reads_well_at_twelve() -> None:
    assert reading_grade(told(ENGLISH)) <= 7


def test_german_writes_dates_and_numbers_its_own_way() -> None:
    german = messages_for("de")
    assert german.day(date(2026, 3, 9)) == "9. März 2026"
    assert (german.number(-1.25), german.amount(Decimal("4.50"))) == ("\N{MINUS SIGN}1,2", "4,5")
    assert german.say("chart-mg", mg=Decimal("0.25")) == "0,25 mg"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE-ch-1996", "de"), ("den", "en"), ("en-GB", "en"), ("pt-PT", "en")],
)
def test_the_language_is_that_of_the_locale_or_english(locale: str, language: str) -> None:
    assert messages_for(locale).language == language
