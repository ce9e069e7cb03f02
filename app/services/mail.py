"""Mails to account holders: a forgotten password, a session that somebody else held too."""

import queue
import smtplib
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

_TIMEOUT_S: Final = 10
_MOST_WAITING: Final = 200
_PORTS: Final = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A plain text to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends mails."""

    def send(self, mail: Mail) -> None:
        """Takes the mail and returns at once; what goes wrong afterwards is logged, not raised."""
        ...

    def close(self) -> None:
        """Sends what was taken, then ends."""
        ...


class NoTls(Exception):
    """The server asks for a password and offers no TLS to send it through."""


def mail_server(url: str) -> SplitResult:
    """The parts of `smtp://USER:PASSWORD@HOST:PORT` or `smtps://...`; ValueError for anything else."""
    with suppress(ValueError):  # urlsplit's repeats the port
        server = urlsplit(url)
        if server.scheme in _PORTS and server.hostname and server.port != 0:
            return server
    raise ValueError("a mail server is named as smtp://HOST:PORT or smtps://HOST:PORT")


class SmtpMailer:
    """Hands mails to one SMTP server, one after the other, in a thread of its own."""

    def __init__(self, url: str, *, sender: str) -> None:
        self._server = mail_server(url)
        self._sender = sender
        self._log = structlog.get_logger()
        self._waiting: queue.Queue[Mail | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="onset-mail", daemon=True)
        self._thread.start()

    def send(self, mail: Mail) -> None:
        """Takes the mail; beyond 200 that wait, it is dropped and the log says so."""
        if self._waiting.qsize() >= _MOST_WAITING:
            self._log.error("mail-dropped", waiting=_MOST_WAITING)
        else:
            self._waiting.put(mail)

    def close(self) -> None:
        """Waits for the mails that were taken, a few seconds at most."""
        self._waiting.put(None)
        self._thread.join(_TIMEOUT_S)

    def _work(self) -> None:
        while mail := self._waiting.get():
            try:
                self._deliver(mail)
            except (OSError, smtplib.SMTPException, ValueError, NoTls) as failure:
                self._log.error("mail-failed", exc_info=failure)
            else:
                self._log.info("mail-sent")

    def _deliver(self, mail: Mail) -> None:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        with _connected(self._server) as smtp:
            smtp.send_message(message)


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
        is_private = True
    else:
        smtp = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        smtp.ehlo()
        is_private = smtp.has_extn("starttls")
        if is_private:
            smtp.starttls(context=context)
    if server.username:
        if not is_private:
            smtp.close()
            raise NoTls
        smtp.login(unquote(server.username), unquote(server.password or ""))
    return smtp
