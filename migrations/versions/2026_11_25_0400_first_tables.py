"""Accounts, sessions, the one table of records with its history, its guard and its views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_25_0400"
down_revision = None

_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_json = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables, the guard and the views."""
    _accounts()
    _sessions()
    _sign_in()
    _records()
    _history()
    if op.get_context().dialect.name == "postgresql":
        _postgresql_guard()
        _postgresql_views()
    else:
        _sqlite_guard()
        _sqlite_views()


def downgrade() -> None:
    """Take everything away."""
    for view in ("days", "doses", "regimen_steps"):
        op.execute(f"DROP VIEW {view}")
    for table in (
        "record_history",
        "records",
        "patient_state",
        "wrong_passwords",
        "known_networks",
        "password_resets",
        "access_tokens",
        "sessions",
        "accounts",
    ):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION records_guard")


def _account() -> sa.Column[int]:
    return sa.Column("account", _key, nullable=False)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account"], ["accounts.key"], f"fk_{table}_account_accounts", ondelete="CASCADE")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("key", _key, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text),
        sa.Column("organisation", sa.Text),
        sa.Column("birth_year", sa.SmallInteger),
        sa.Column("sex", sa.Text),
        sa.Column("day_start_minutes", sa.SmallInteger, nullable=False),
        sa.Column("research_opt_in", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_accounts"),
        sa.UniqueConstraint("id", name="uq_accounts_id"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
        sa.CheckConstraint("role IN ('patient', 'clinician')", name=op.f("ck_accounts_role")),
        sqlite_autoincrement=True,
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("key", _key, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        _account(),
        sa.Column("device_name", sa.Text),
        sa.Column("family_fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("current_fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("previous_fingerprint", sa.LargeBinary),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("refresh_expires_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
        sa.UniqueConstraint("family_fingerprint", name="uq_sessions_family_fingerprint"),
        _of_account("sessions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_table(
        "access_tokens",
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("session", _key, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_access_tokens"),
        sa.ForeignKeyConstraint(["session"], ["sessions.key"], "fk_access_tokens_session_sessions", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_access_tokens_session", "access_tokens", ["session"])


def _sign_in() -> None:
    op.create_table(
        "password_resets",
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        _account(),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_password_resets"),
        _of_account("password_resets"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_password_resets_account", "password_resets", ["account"])
    op.create_table(
        "known_networks",
        _account(),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("signed_in_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "network", name="pk_known_networks"),
        _of_account("known_networks"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wrong_passwords",
        sa.Column("key", _key, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_wrong_passwords"),
    )
    op.create_index("ix_wrong_passwords_at", "wrong_passwords", ["at"])
    op.create_index("ix_wrong_passwords_subject_at", "wrong_passwords", ["subject", "at"])


def _patient() -> sa.Column[int]:
    return sa.Column("patient", _key, nullable=False)


def _records() -> None:
    op.create_table(
        "patient_state",
        _patient(),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("patient", name="pk_patient_state"),
        sa.ForeignKeyConstraint(["patient"], ["accounts.key"], "fk_patient_state_patient_accounts", ondelete="CASCADE"),
    )
    op.create_table(
        "records",
        _patient(),
        sa.Column("kind", _name, nullable=False),
        sa.Column("id", _name, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("local_day", _name, nullable=False),
        sa.Column("fields", _json, nullable=False),
        sa.Column("field_revs", _json, nullable=False),
        sa.PrimaryKeyConstraint("patient", "kind", "id", name="pk_records"),
        sa.ForeignKeyConstraint(
            ["patient"], ["patient_state.patient"], "fk_records_patient_patient_state", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_records_patient_rev", "records", ["patient", "rev"])
    op.create_index("ix_records_patient_kind_local_day", "records", ["patient", "kind", "local_day"])
    quiet = sa.text("kind = 'dose' AND NOT deleted AND fields ->> 'status' IN ('skipped', 'held')")
    op.create_index(
        "ix_records_quiet_nights", "records", ["patient", "local_day"], sqlite_where=quiet, postgresql_where=quiet
    )


def _history() -> None:
    op.create_table(
        "record_history",
        _patient(),
        sa.Column("kind", _name, nullable=False),
        sa.Column("id", _name, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("changes", _json, nullable=False),
        sa.PrimaryKeyConstraint("patient", "kind", "id", "rev", "ordinal", name="pk_record_history"),
        sa.ForeignKeyConstraint(
            ["patient"], ["patient_state.patient"], "fk_record_history_patient_patient_state", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )


def _sqlite_guard() -> None:
    # INSERT OR REPLACE deletes the old row without an update trigger, so the insert is guarded too.
    op.execute(
        """
        CREATE TRIGGER records_guard_update BEFORE UPDATE ON records
        WHEN NEW.rev <= OLD.rev
        BEGIN SELECT RAISE(ABORT, 'records: a synced row changed without a new revision'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER records_guard_insert BEFORE INSERT ON records
        WHEN EXISTS (SELECT 1 FROM records
                     WHERE patient = NEW.patient AND kind = NEW.kind AND id = NEW.id AND rev >= NEW.rev)
        BEGIN SELECT RAISE(ABORT, 'records: a synced row changed without a new revision'); END
        """
    )


def _postgresql_guard() -> None:
    op.execute(
        """
        CREATE FUNCTION records_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.rev <= OLD.rev THEN
                RAISE EXCEPTION 'records: a synced row changed without a new revision'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER records_guard BEFORE UPDATE ON records FOR EACH ROW EXECUTE FUNCTION records_guard()")


_CORE = ("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset")
_BENEFIT = (
    "fatigue",
    "brain_fog",
    "low_mood",
    "anxiety",
    "stiffness",
    "joint_pain",
    "abdominal_pain",
    "urgency",
    "spasticity",
    "tremor",
    "headache",
    "nausea",
    "post_exertional_malaise",
    "skin_rash",
    "walking_difficulty",
    "function",
)
_SCORES = (*_CORE, "sleep_quality", *_BENEFIT)


def _view(name: str, kind: str, columns: list[str]) -> None:
    listed = ",\n       ".join(columns)
    op.execute(
        f"CREATE VIEW {name} AS\nSELECT patient, id, rev,\n       {listed}\n"
        f"FROM records WHERE kind = '{kind}' AND NOT deleted"
    )


def _sqlite_views() -> None:
    def text(*fields: str) -> list[str]:
        return [f"fields ->> '$.{field}' AS {field}" for field in fields]

    def micrograms() -> str:
        return "CAST(round((fields ->> '$.mg') * 1000) AS INTEGER) AS dose_ug"

    scores = [f"CAST(fields ->> '$.{field}' AS INTEGER) AS {field}" for field in _SCORES]
    _view("days", "day", [*text("local_date", "time_zone"), *scores, *text("note")])
    _view(
        "doses",
        "dose",
        [*text("local_date", "time_zone", "status"), micrograms(), *text("taken_at", "timing", "formulation")],
    )
    _view(
        "regimen_steps",
        "regimen_step",
        [
            *text("starts_on", "ends_on"),
            micrograms(),
            "coalesce(CAST(fields ->> '$.doses_per_day' AS INTEGER), 1) AS doses_per_day",
            *text("timing", "formulation", "reason"),
        ],
    )


def _postgresql_views() -> None:
    def text(*fields: str) -> list[str]:
        return [f"fields ->> '{field}' AS {field}" for field in fields]

    def day(*fields: str) -> list[str]:
        return [f"CAST(fields ->> '{field}' AS date) AS {field}" for field in fields]

    def micrograms() -> str:
        return "CAST(CAST(fields ->> 'mg' AS numeric) * 1000 AS integer) AS dose_ug"

    scores = [f"CAST(fields ->> '{field}' AS smallint) AS {field}" for field in _SCORES]
    _view("days", "day", [*day("local_date"), *text("time_zone"), *scores, *text("note")])
    _view(
        "doses",
        "dose",
        [
            *day("local_date"),
            *text("time_zone", "status"),
            micrograms(),
            "CAST(fields ->> 'taken_at' AS timestamptz) AS taken_at",
            *text("timing", "formulation"),
        ],
    )
    _view(
        "regimen_steps",
        "regimen_step",
        [
            *day("starts_on", "ends_on"),
            micrograms(),
            "coalesce(CAST(fields ->> 'doses_per_day' AS smallint), 1) AS doses_per_day",
            *text("timing", "formulation", "reason"),
        ],
    )
