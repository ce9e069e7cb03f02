"""Numbers and evidence cards as a report prints them."""

from decimal import Decimal

from app.domain.catalogue import EvidenceCard
from app.domain.trends.messages import Messages
from app.domain.trends.side_effects import Rise
from app.domain.trends.verdict import Estimate

NOTHING = "\N{EN DASH}"
"""Stands where nothing can be told."""


def share(part: float) -> str:
    """A share of 1 in whole percent."""
    return f"{100 * part:.0f}"


def mean_of(mean: float | None, messages: Messages) -> str:
    """A mean, if there is one."""
    return NOTHING if mean is None else messages.number(mean)


def estimate_text(found: Estimate | Rise | None, messages: Messages) -> str:
    """An estimate with its interval, if there is one."""
    if found is None:
        return NOTHING
    numbers = {name: messages.number(getattr(found, name)) for name in ("estimate", "low", "high")}
    return messages.say("report-estimate", **numbers)


def card_text(card: EvidenceCard, messages: Messages) -> str:
    """What one card says, and where it is from."""
    facts = [messages.name("certainty", card.certainty)]
    if card.n is not None:
        facts.append(messages.say("report-people", n=card.n))
    if card.dose_mg is not None:
        facts.append(messages.say("chart-mg", mg=Decimal(str(card.dose_mg))))
    return messages.say("report-card", claim=card.claim, facts=", ".join(facts), citation=card.citation)
