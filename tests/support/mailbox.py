"""A mailer that keeps what it is given."""

import re

from app.services.mail import Mail


class Mailbox:
    """Handed in where the service takes its mailer."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    def close(self) -> None:
        pass

    def reset_token(self) -> str:
        """The token of the last mail."""
        found = re.search(r"onset_pr_[\w-]+", self.mails[-1].text)
        assert found, "the last mail holds no token"
        return found[0]
