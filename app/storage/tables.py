"""The tables. Every key of the diary starts with the patient, so the diary can be partitioned by patient as it is.

Private to app/storage: rows never leave it. The migrations make them; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

from app.storage.columns import Instant, JsonText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_key = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER

_name = Text().with_variant(Text(collation="C"), "postgresql")  # ordered by code points on both engines

accounts = Table(
    "accounts",
    metadata,
    Column("key", _key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("email", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, CheckConstraint("role IN ('patient', 'clinician')", name="role"), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("display_name", Text),
    Column("organisation", Text),
    Column("birth_year", SmallInteger),
    Column("sex", Text),
    Column("day_start_minutes", SmallInteger, nullable=False),
    Column("research_opt_in", Boolean(create_constraint=False), nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,  # a key is never used twice, also after erasure
)


def _account(*, index: bool = False, primary_key: bool = False) -> Column[int]:
    return Column(
        "account",
        _key,
        ForeignKey("accounts.key", ondelete="CASCADE"),
        nullable=False,
        index=index or None,
        primary_key=primary_key,
    )


def _giver() -> Column[int]:
    """The patient whose diary may be read."""
    return Column("patient", _key, ForeignKey("accounts.key", ondelete="CASCADE"), nullable=False, index=True)


sessions = Table(
    "sessions",
    metadata,
    Column("key", _key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _account(index=True),
    Column("device_name", Text),
    Column("family_fingerprint", LargeBinary, nullable=False, unique=True),
    Column("current_fingerprint", LargeBinary, nullable=False),
    Column("previous_fingerprint", LargeBinary),
    Column("generation", Integer, nullable=False),
    Column("confirmed", Boolean(create_constraint=False), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("refresh_expires_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revoked_at", Instant),  # only where two held the same token: kept to be shown; others end with their row
    sqlite_autoincrement=True,
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("session", _key, ForeignKey("sessions.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    _account(index=True),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

known_networks = Table(
    "known_networks",
    metadata,
    _account(primary_key=True),
    Column("network", Text, primary_key=True),
    Column("signed_in_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

wrong_passwords = Table(
    "wrong_passwords",
    metadata,
    Column("key", _key, primary_key=True),
    Column("subject", LargeBinary, nullable=False),  # a hash of the e-mail: unknown addresses are counted alike
    Column("network", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_wrong_passwords_subject_at", "subject", "at"),
)

patient_state = Table(
    "patient_state",
    metadata,
    Column("patient", _key, ForeignKey("accounts.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("rev", BigInteger, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("resumes_at", BigInteger),  # the next revision, where an import left a gap behind the last one
)


def _patient() -> Column[int]:
    owner = ForeignKey("patient_state.patient", ondelete="CASCADE")
    return Column("patient", _key, owner, primary_key=True, autoincrement=False)


QUIET = text("kind = 'dose' AND NOT deleted AND fields ->> 'status' IN ('skipped', 'held')")
"""Doses recorded as not taken; a query that says it in these words is served from their own index."""

records = Table(
    "records",
    metadata,
    _patient(),
    Column("kind", _name, primary_key=True),
    Column("id", _name, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("deleted", Boolean(create_constraint=False), nullable=False),
    Column("local_day", _name, nullable=False),  # YYYY-MM-DD, or empty: the day that lists of the kind are ordered by
    Column("fields", JsonText, nullable=False),
    Column("field_revs", JsonText, nullable=False),  # {field: [revision, device]} of each field's last write
    Index("ix_records_patient_rev", "patient", "rev"),
    Index("ix_records_patient_kind_local_day", "patient", "kind", "local_day"),
    # Nights without the drug are few in most diaries, and finding pauses must not read ten years of doses.
    Index("ix_records_quiet_nights", "patient", "local_day", sqlite_where=QUIET, postgresql_where=QUIET),
    sqlite_with_rowid=False,
)

record_history = Table(
    "record_history",
    metadata,
    _patient(),
    Column("kind", _name, primary_key=True),
    Column("id", _name, primary_key=True),
    Column("rev", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),  # several changes in one revision
    Column("device", Text, nullable=False),
    Column("seq", BigInteger),  # the device's push; absent for REST
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("changes", JsonText, nullable=False),  # {"old": {field: value}, "new": {field: value}}
    sqlite_with_rowid=False,
)

devices = Table(
    "devices",
    metadata,
    _patient(),
    Column("device", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pushes = Table(
    "pushes",
    metadata,
    _patient(),
    Column("device", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
    Column("told", Text, nullable=False),  # what became of each mutation, as app/domain/sync/answer.py writes it
    sqlite_with_rowid=False,
)

forks = Table(
    "forks",
    metadata,
    _patient(),
    Column("epoch", Text, primary_key=True),  # the one that a restore ended
    Column("forked_at", BigInteger, nullable=False),
    Column("resumed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

grants = Table(
    "grants",
    metadata,
    Column("key", _key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("pid", Text, nullable=False, unique=True),
    _giver(),
    Column("clinician", _key, ForeignKey("accounts.key", ondelete="SET NULL"), index=True),
    Column(
        "status",
        Text,
        CheckConstraint("status IN ('pending', 'active', 'paused', 'revoked')", name="status"),
        nullable=False,
    ),
    Column("conditions", Text, nullable=False),  # JSON, as are scopes and chosen
    Column("scopes", Text, nullable=False),
    Column("chosen", Text, nullable=False),  # the measures of each condition, frozen when the patient confirms
    Column("side_effects", Text, nullable=False),
    Column("data_from", Text),
    Column("data_to", Text),
    Column("expires_at", Instant, nullable=False),
    Column("purpose", Text),
    Column("show_name", Boolean(create_constraint=False), nullable=False),
    Column("match_number", Text, nullable=False),
    Column("id_key", LargeBinary, nullable=False),  # what makes the ids that are shown
    Column("recipient_name", Text),  # as they stood when the invite was redeemed
    Column("recipient_organisation", Text),
    Column("recipient_email", Text, nullable=False),
    Column("assurance", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("ended_at", Instant),
    sqlite_autoincrement=True,
)

invites = Table(
    "invites",  # those that can still be redeemed: used, killed and expired ones are deleted
    metadata,
    Column("key", _key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _giver(),
    Column("fingerprint", LargeBinary, nullable=False, unique=True),  # of the link's secret
    Column("name", Text, nullable=False, unique=True),  # the first four characters of the spoken code
    Column("code_mac", LargeBinary, nullable=False),  # a keyed hash of the other six: 30 bits alone could be guessed
    Column("wrong", SmallInteger, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("conditions", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("data_from", Text),
    Column("data_to", Text),
    Column("grant_expires_at", Instant, nullable=False),
    Column("purpose", Text),
    Column("show_name", Boolean(create_constraint=False), nullable=False),
)

wrong_invites = Table(
    "wrong_invites",
    metadata,
    Column("key", _key, primary_key=True),
    _account(),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_wrong_invites_account_at", "account", "at"),
)

access_log = Table(
    "access_log",
    metadata,
    _patient(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("entry", Text, nullable=False),  # the row as it is hashed and shown: app/domain/sharing/access_log.py
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

access_log_heads = Table(
    "access_log_heads",
    metadata,
    _patient(),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    _patient(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("consent_id", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("jws", Text, nullable=False),
    sqlite_with_rowid=False,
)

shares = Table(
    "shares",
    metadata,
    Column("key", _key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _giver(),
    Column("kind", Text, CheckConstraint("kind IN ('visit', 'ongoing')", name="kind"), nullable=False),
    Column("status", Text, CheckConstraint("status IN ('active', 'paused', 'revoked')", name="status"), nullable=False),
    Column("conditions", Text, nullable=False),  # these to `id_key` as in grants
    Column("scopes", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("side_effects", Text, nullable=False),
    Column("data_from", Text),
    Column("data_to", Text),
    Column("id_key", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, unique=True),  # of the token in the link
    Column("passcode_hash", Text),
    Column("attempts_left", SmallInteger),
    Column("uses", Integer, nullable=False),
    Column("max_uses", SmallInteger),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("last_opened_at", Instant),
    Column("filled_at", Instant, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("counts", Text, nullable=False),  # JSON
    Column("purged_at", Instant),
    Index("ix_shares_purged_at_expires_at", "purged_at", "expires_at"),
    sqlite_autoincrement=True,
)

share_files = Table(
    "share_files",
    metadata,
    _patient(),
    Column("share", _key, primary_key=True, autoincrement=False),
    Column("jwe", Text, nullable=False),  # encrypted under a key that is in the link and nowhere here
)
