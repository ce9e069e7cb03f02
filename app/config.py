"""Settings: `ONSET_*` of the environment, read once, each with its type, a safe default and a line of documentation."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.api.network import parse_proxies
from app.domain.sharing.shlink import LONGEST_BASE
from app.services.mail import mail_server
from app.storage.engines import check_url


class Environment(StrEnum):
    """How strict the service is with itself."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


class LogLevel(StrEnum):
    """From which severity a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(env_prefix="ONSET_", frozen=True, hide_input_in_errors=True)

    data: Annotated[Path, Field(description="Folder of the SQLite database and of the secret key.")] = Path("data")
    database_url: Annotated[
        str | None,
        Field(description="`postgresql+psycopg://...` or `sqlite:///FILE`; SQLite in the data folder by default."),
    ] = None
    replica_url: Annotated[str | None, Field(description="A read replica of the PostgreSQL database, for reads.")] = (
        None
    )
    public_url: Annotated[
        str,
        Field(
            description="The address under which the service is reached from outside; by default with `serve`'s port.",
            max_length=LONGEST_BASE,
        ),
    ] = "http://127.0.0.1:8000"
    secret_key: Annotated[
        SecretStr | None,
        Field(description="At least 32 characters; made and kept in the data folder when absent.", min_length=32),
    ] = None
    env: Annotated[
        Environment,
        Field(description="`production` refuses an unsafe SQLite library, limits that are off, and `--demo`."),
    ] = Environment.DEVELOPMENT
    limits: Annotated[
        Switch, Field(description="Rate limits `on` or `off` (for load tests; refused in production).")
    ] = Switch.ON
    smtp_url: Annotated[
        SecretStr | None,
        Field(
            description="`smtp://USER:PASSWORD@HOST:PORT` or `smtps://...` for password-reset mails; none by default."
        ),
    ] = None
    mail_from: Annotated[str, Field(description="The sender of mails.")] = "onset@localhost"
    trusted_proxies: Annotated[
        str,
        Field(description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas."),
    ] = ""
    log_level: Annotated[LogLevel, Field(description="`debug`, `info`, `warning` or `error`.")] = LogLevel.INFO

    @field_validator("database_url", "replica_url")
    @classmethod
    def _is_a_database(cls, url: str | None) -> str | None:
        if url:
            check_url(url)
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url:
            mail_server(url.get_secret_value())
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        try:
            parse_proxies(proxies)
        except ValueError:  # its message repeats what was set
            raise ValueError("proxies are addresses or networks such as 10.0.0.0/8, separated by commas") from None
        return proxies

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.env is Environment.PRODUCTION and self.limits is Switch.OFF:
            raise ValueError("ONSET_LIMITS=off is refused in production")
        return self

    def served_at(self, port: int) -> Self:
        """The same for a service at this port; its address follows, unless the operator named one.

        Receipts and mails tell it, so it is never taken from a request, whose Host anybody can choose.
        """
        if "public_url" in self.model_fields_set or not port:
            return self
        values = {**self.__dict__, "public_url": f"http://127.0.0.1:{port}"}
        return self.model_construct(_fields_set=self.model_fields_set, **values)

    def resolved_database_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data / 'onset.db'}"
