"""The languages that there are, and whose texts an account reads."""

from collections.abc import Mapping
from typing import Final

from app.domain.trends.german import GERMAN
from app.domain.trends.messages import ENGLISH, Messages

LANGUAGES: Final[Mapping[str, Messages]] = {messages.language: messages for messages in (ENGLISH, GERMAN)}
"""By their BCP 47 language."""


def messages_for(locale: str) -> Messages:
    """The texts for an account's `locale`, such as `de-AT`: of its language if there are any, else English."""
    return LANGUAGES.get(locale.split("-", 1)[0].lower(), ENGLISH)
