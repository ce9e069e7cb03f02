"""Soft notices: what an answer says beside a record that was accepted. They describe and never advise.

The one exception is the fixed, label-based sentence about opioids (domain, section 1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.domain.records.record import Fields

MOST_USUAL_MG = Decimal(6)
"""The highest dose of the studies that the evidence cards name (FINAL 2024)."""

_OPIOID_NAME = re.compile(
    r"\b(?:alfentanil|buprenorphine|butorphanol|co-codamol|co-dydramol|codeine|dextropropoxyphene|diamorphine"
    r"|dihydrocodeine|fentanyl|hydrocodone|hydromorphone|levorphanol|meperidine|methadone|morphine|nalbuphine"
    r"|oxycodone|oxymorphone|pentazocine|pethidine|remifentanil|sufentanil|tapentadol|tilidine|tramadol)\b",
    re.IGNORECASE,
)
"""International nonproprietary names, for a medicine whose class the patient did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to know about a record that was accepted."""

    code: str
    field: str
    text: str


def filled_in(field: str) -> Notice:
    """The server supplied a field that the client left out."""
    return Notice(
        code=f"{field.replace('_', '-')}-filled-in",
        field=field,
        text=f"The field {field} was left out and has been filled in.",
    )


UNKNOWN_TIME_ZONE = Notice(
    code="unknown-time-zone", field="time_zone", text="This time zone is not known here; it is kept as given."
)
OPIOID_RECORDED = Notice(
    code="opioid-recorded",
    field="drug_class",
    text="Naltrexone must not be combined with opioids; ask the prescriber or pharmacist.",
)


def dose_notices(mg: Decimal, *, previous_mg: Decimal | None) -> Iterator[Notice]:
    """On a dose or a regimen step, beside the milligrams of the one before it, if any."""
    if mg > MOST_USUAL_MG:
        yield Notice(
            code="dose-above-usual-range",
            field="mg",
            text="This is more than 6 mg, the highest dose in the studies of low-dose naltrexone shown here.",
        )
    if previous_mg is not None and mg > 2 * previous_mg:
        yield Notice(code="dose-jump", field="mg", text="This is more than double the amount recorded before it.")


def night_notices(*, other_doses: int) -> Iterator[Notice]:
    """On a dose, beside the number of other doses of the same dose night."""
    if other_doses:
        yield Notice(
            code="possible-duplicate-dose", field="local_date", text="Another dose is recorded for the same night."
        )


def medication_notices(fields: Fields) -> Iterator[Notice]:
    """On a medication."""
    if is_opioid(fields):
        yield OPIOID_RECORDED


def is_opioid(medication: Fields) -> bool:
    """An opioid by its class, or by a name that leaves no doubt."""
    name = medication.get("name")
    by_name = isinstance(name, str) and _OPIOID_NAME.search(name) is not None
    return medication.get("drug_class") == "opioid" or by_name
