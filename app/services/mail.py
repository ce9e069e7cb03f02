"""Mails to patients; there is one, for a forgotten password."""

from typing import Protocol


class Mailer(Protocol):
    """Sends a text to an address."""

    async def send(self, *, to: str, subject: str, text: str) -> None:
        """Hands the mail to the mail server; what goes wrong there is logged, not raised."""
        ...
