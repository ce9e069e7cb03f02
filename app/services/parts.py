"""The parts of the running service that its functions work with, put together in app/main.py."""

from dataclasses import dataclass

from app.domain.clock import Clock
from app.security.limits import RouteLimits
from app.security.links import Tickets
from app.security.passwords import Passwords
from app.security.signing import Signer
from app.security.tokens import Chance
from app.services.mail import Mailer
from app.services.news import News
from app.services.printing import Printer
from app.services.turns import Turns
from app.storage.database import Database
from app.storage.erasures import Erasures


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Handed to every service function; time and chance are among them."""

    database: Database
    news: News
    """Told of every commit that moves a diary."""
    clock: Clock
    chance: Chance
    passwords: Passwords
    secret_key: bytes
    signer: Signer
    """Of consent receipts."""
    limits: RouteLimits | None
    """None where the operator switched limits off."""
    mailer: Mailer | None
    """None where no mail server is configured."""
    public_url: str
    erasures: Erasures
    """What a restore has to erase again."""
    printer: Printer
    tickets: Tickets
    """Of the files of links."""
    turns: Turns
    """Of those who try a link's passcode."""

    def close(self) -> None:
        """Lets what is under way end, then closes mail, hashing, printing and database."""
        if self.mailer:
            self.mailer.close()
        self.passwords.close()
        self.printer.close()
        self.database.close()
