"""Accounts: who may sign in, and the settings that are theirs to change (domain, section 2)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.access import Role
from app.domain.clock import EARLIEST_DAY, is_known_zone
from app.domain.errors import FieldError, Invalid, Refusal
from app.domain.ids import AccountId, AccountKey

LONGEST_EMAIL = 254
LONGEST_NAME = 100
DEFAULT_DAY_START = "04:00"
DEFAULT_LOCALE = "en"

# Not the grammar of RFC 5322, which nobody's mail server follows: one @, no space, a domain with a dot.
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,63}(\.[^\s@.]{1,63})+")
# What means something else in the header of a mail, as in "<a@b.org>" or "a,b@c.org".
_NOT_IN_EMAIL = re.compile(r"""[<>()\[\],;:"\\]""")
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_LONGEST_LOCALE = 35
_DAY_START = re.compile(r"(0[0-9]|1[01]):([0-5][0-9])", re.ASCII)
# What no name needs: controls, halves of characters, line breaks, and signs that turn the order of the text around.
_NOT_IN_TEXT = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Sex(StrEnum):
    """Told for the report only, and only if wished; the codes of FHIR R4."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What its owner says about an account, not yet checked: see `settings_errors`.

    A stored account is not checked again, since a time zone may vanish from the server's list.
    """

    time_zone: str
    locale: str = DEFAULT_LOCALE
    display_name: str | None = None
    organisation: str | None = None
    day_start: str = DEFAULT_DAY_START
    """`HH:MM`, 00:00 to 11:59; a dose up to then belongs to the evening before."""
    research_opt_in: bool = False
    birth_year: int | None = None
    sex: Sex | None = None

    @property
    def day_start_minutes(self) -> int:
        """The day start in minutes after midnight."""
        hours, minutes = self.day_start.split(":")
        return int(hours) * 60 + int(minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Settings):
    """One login with one role. The hash of its password is not a part of it, so that no answer can show it."""

    key: AccountKey
    id: AccountId
    email: str
    """Normalised."""
    role: Role
    created_at: datetime


class EmailTaken(Refusal):
    """There is an account with this address."""

    code = "email-taken"


_Settings = TypeVar("_Settings", bound=Settings)


def day_start_text(minutes: int) -> str:
    """A day start in minutes after midnight, as `HH:MM`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def normalised_email(text: str) -> str:
    """The form under which an address is stored and found: trimmed, case-folded, NFC."""
    folded = unicodedata.normalize("NFC", text.strip()).casefold()
    return unicodedata.normalize("NFC", folded)


def email_errors(email: str, *, pointer: str = "/email") -> list[FieldError]:
    """What is wrong with a normalised address; empty if mail could reach it."""
    if len(email) > LONGEST_EMAIL:
        message = f"An e-mail address has at most {LONGEST_EMAIL} characters."
        return [FieldError(pointer=pointer, code="out-of-range", message=message)]
    if _NOT_IN_TEXT.search(email) or _NOT_IN_EMAIL.search(email) or not _EMAIL.fullmatch(email):
        return [FieldError(pointer=pointer, code="invalid-text", message="This is not an e-mail address.")]
    return []


def tidied(settings: _Settings) -> _Settings:
    """The settings with names trimmed and in NFC; an empty name is none."""
    return replace(
        settings, display_name=_tidy_name(settings.display_name), organisation=_tidy_name(settings.organisation)
    )


def settings_errors(settings: Settings, *, this_year: int) -> list[FieldError]:
    """What is wrong with tidied settings, in the order of their fields; empty if nothing."""
    return list(_errors(settings, this_year))


def changed(settings: _Settings, changes: Mapping[str, Any], *, this_year: int) -> _Settings:
    """The settings with the named ones changed; refuses with Invalid for those alone.

    A name that is not a field of Settings is the caller's mistake (ValueError), as is a value of another type.
    """
    if not changes.keys() <= {field.name for field in fields(Settings)}:
        raise ValueError("only settings can be changed")
    tidy = tidied(replace(settings, **changes))
    if errors := [error for error in _errors(tidy, this_year) if error.pointer[1:] in changes]:
        raise Invalid(errors)
    return tidy


def _tidy_name(name: str | None) -> str | None:
    return unicodedata.normalize("NFC", name or "").strip() or None


def _errors(settings: Settings, this_year: int) -> Iterator[FieldError]:
    if not is_known_zone(settings.time_zone):
        yield _error("time_zone", "out-of-range", "Please give a time zone by its IANA name, like Europe/Lisbon.")
    if len(settings.locale) > _LONGEST_LOCALE or not _LOCALE.fullmatch(settings.locale):
        yield _error("locale", "invalid-text", "Please give a language tag, like en or pt-PT.")
    yield from _name_errors("display_name", settings.display_name)
    yield from _name_errors("organisation", settings.organisation)
    if not _DAY_START.fullmatch(settings.day_start):
        yield _error("day_start", "out-of-range", "The day can start from 00:00 to 11:59, written HH:MM.")
    if settings.birth_year is not None and not EARLIEST_DAY.year <= settings.birth_year <= this_year:
        yield _error("birth_year", "out-of-range", f"The year of birth lies between {EARLIEST_DAY.year} and this year.")


def _name_errors(field: str, name: str | None) -> Iterator[FieldError]:
    if name is not None and len(name) > LONGEST_NAME:
        yield _error(field, "out-of-range", f"A name has at most {LONGEST_NAME} characters.")
    if name is not None and _NOT_IN_TEXT.search(name):
        yield _error(field, "invalid-text", "This holds a sign that is not text, or a line break.")


def _error(field: str, code: str, message: str) -> FieldError:
    return FieldError(pointer=f"/{field}", code=code, message=message)
