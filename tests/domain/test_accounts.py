import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role
from app.domain.accounts import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    Account,
    Settings,
    Sex,
    changed,
    day_start_text,
    email_errors,
    normalised_email,
    settings_errors,
    tidied,
)
from app.domain.errors import Invalid
from app.domain.ids import AccountId, AccountKey

THIS_YEAR = 2026
ACCOUNT = Account(
    key=AccountKey(7),
    id=AccountId("0198c0de-0000-7000-8000-000000000000"),
    email="ana@example.org",
    role=Role.PATIENT,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    time_zone="Europe/Lisbon",
)
LINE_BREAKS_AND_WORSE = ["a\nb", "a\0b", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\u2066b", "a\ud800b"]


def codes(settings: Settings) -> dict[str, str]:
    return {error.pointer: error.code for error in settings_errors(settings, this_year=THIS_YEAR)}


@given(st.text())
def test_normalising_an_address_twice_changes_nothing(text: str) -> None:
    once = normalised_email(text)
    assert normalised_email(once) == once


@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=20))
def test_spelling_of_an_address_does_not_make_two_accounts(local: str) -> None:
    address = f"{local}@example.org"
    decomposed = unicodedata.normalize("NFD", address)
    assert normalised_email(f"  {decomposed}\t") == normalised_email(address)
    assert normalised_email(address.casefold()) == normalised_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.cd",
        "first.last+tag@sub.example.org",
        "o'neill@example.org",
        "josé@example.org",
        "x@bücher.example",
        "用户@例子.公司",
    ],
)
def test_plausible_addresses_are_accepted(address: str) -> None:
    assert email_errors(normalised_email(address)) == []


@pytest.mark.parametrize(
    "address",
    [
        *("", "ana", "@example.org", "ana@", "ana@localhost", "a@b@example.org", "a b@example.org", "a@exa mple.org"),
        *(
            "a@.org",
            "a@example.",
            "a@example..org",
            "a@example.org\n.x",
            "l" * 65 + "@example.org",
            "a@" + "d" * 64 + ".org",
        ),
        *(f"{text}@example.org" for text in LINE_BREAKS_AND_WORSE),
        *("<ana@example.org>", "ana,eva@example.org", "ana;eva@example.org", '"ana"@example.org', "ana@[127.0.0.1]"),
    ],
)
def test_what_no_mail_server_takes_is_refused(address: str) -> None:
    assert [(error.pointer, error.code) for error in email_errors(address, pointer="/to")] == [("/to", "invalid-text")]


def test_an_address_may_be_254_characters_long_and_no_longer() -> None:
    domain = ".".join(["d" * 49] * 4) + "." + "d" * 20
    longest = "l" * (LONGEST_EMAIL - 1 - len(domain)) + "@" + domain
    assert email_errors(longest) == []
    assert [error.code for error in email_errors("l" + longest)] == ["out-of-range"]


def test_what_is_left_out_has_a_default_that_is_accepted() -> None:
    settings = Settings(time_zone="UTC")
    assert codes(settings) == {}
    assert (settings.locale, settings.day_start, settings.research_opt_in) == ("en", "04:00", False)


@given(st.integers(0, 11 * 60 + 59))
def test_a_day_can_start_at_any_minute_before_noon(minutes: int) -> None:
    settings = Settings(time_zone="UTC", day_start=day_start_text(minutes))
    assert codes(settings) == {}
    assert settings.day_start_minutes == minutes


def test_a_day_start_is_written_with_two_digits() -> None:
    assert day_start_text(65) == "01:05"


@pytest.mark.parametrize(
    "text", ["12:00", "23:59", "4:00", "04:60", "04.00", "0400", "04:00:00", "", "04:00\n", "\u0660\u0664:\u0660\u0660"]
)
def test_other_day_starts_are_refused(text: str) -> None:
    assert codes(Settings(time_zone="UTC", day_start=text)) == {"/day_start": "out-of-range"}


@pytest.mark.parametrize("locale", ["en", "pt-PT", "zh-Hant-TW", "sl-rozaj-biske-1994"])
def test_language_tags_are_accepted(locale: str) -> None:
    assert codes(Settings(time_zone="UTC", locale=locale)) == {}


@pytest.mark.parametrize("locale", ["", "e", "en_US", "en-", "-en", "en US", "ен", "en\n", "en" + "-abcdefgh" * 4])
def test_what_is_no_language_tag_is_refused(locale: str) -> None:
    assert codes(Settings(time_zone="UTC", locale=locale)) == {"/locale": "invalid-text"}


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "europe/lisbon", "../etc/passwd", "+02:00"])
def test_a_time_zone_that_the_server_does_not_know_is_refused(zone: str) -> None:
    assert codes(Settings(time_zone=zone)) == {"/time_zone": "out-of-range"}


@pytest.mark.parametrize("year", [1899, THIS_YEAR + 1])
def test_nobody_was_born_before_1900_or_after_this_year(year: int) -> None:
    assert codes(Settings(time_zone="UTC", birth_year=year)) == {"/birth_year": "out-of-range"}


@pytest.mark.parametrize("year", [1900, 1984, THIS_YEAR])
def test_a_year_of_birth_is_accepted(year: int) -> None:
    assert codes(Settings(time_zone="UTC", birth_year=year, sex=Sex.OTHER)) == {}


@pytest.mark.parametrize("text", LINE_BREAKS_AND_WORSE)
def test_a_name_holds_no_controls_and_does_not_turn_text_around(text: str) -> None:
    settings = Settings(time_zone="UTC", display_name=text, organisation=text)
    assert codes(settings) == {"/display_name": "invalid-text", "/organisation": "invalid-text"}


@pytest.mark.parametrize("text", ["Ana", "José María", "نور", "👩‍⚕️ Dr. Okafor", "x" * LONGEST_NAME])
def test_names_of_all_peoples_are_accepted(text: str) -> None:
    assert codes(Settings(time_zone="UTC", display_name=text, organisation=text)) == {}


def test_a_name_of_101_characters_is_refused() -> None:
    assert codes(Settings(time_zone="UTC", display_name="x" * (LONGEST_NAME + 1))) == {"/display_name": "out-of-range"}


def test_names_are_trimmed_and_composed_and_an_empty_name_is_none() -> None:
    tidy = tidied(Settings(time_zone="UTC", display_name=" Jose\u0301 ", organisation=" \t"))
    assert (tidy.display_name, tidy.organisation) == ("José", None)


def test_every_broken_setting_is_named_and_none_is_repeated_in_the_message() -> None:
    broken = Settings(
        time_zone="canary-1",
        locale="canary 2",
        display_name="canary-3\n",
        organisation="canary-4" * 20,
        day_start="canary-5",
    )
    errors = settings_errors(broken, this_year=THIS_YEAR)
    assert [error.pointer for error in errors] == [
        "/time_zone",
        "/locale",
        "/display_name",
        "/organisation",
        "/day_start",
    ]
    assert not any("canary" in error.message for error in errors)


def test_a_change_touches_what_it_names_and_nothing_else() -> None:
    after = changed(ACCOUNT, {"display_name": " Ana ", "research_opt_in": True}, this_year=THIS_YEAR)
    assert (after.display_name, after.research_opt_in) == ("Ana", True)
    assert changed(after, {"display_name": None, "research_opt_in": False}, this_year=THIS_YEAR) == ACCOUNT


def test_a_broken_change_is_refused_with_its_fields() -> None:
    with pytest.raises(Invalid) as refusal:
        changed(ACCOUNT, {"time_zone": "Mars/Olympus", "locale": "pt"}, this_year=THIS_YEAR)
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/time_zone", "out-of-range")]


def test_a_zone_that_vanished_from_the_list_does_not_stop_other_changes() -> None:
    stranded = replace(ACCOUNT, time_zone="Atlantis/Capital")
    assert changed(stranded, {"locale": "pt"}, this_year=THIS_YEAR).locale == "pt"


@pytest.mark.parametrize("field", ["role", "email", "key", "password_hash"])
def test_who_somebody_is_is_no_setting(field: str) -> None:
    with pytest.raises(ValueError, match="only settings"):
        changed(ACCOUNT, {field: "clinician"}, this_year=THIS_YEAR)
