"""What sharing needs: grants and invites, the access log with its heads, and consent receipts."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_1900"
down_revision = "2026_11_26_1500"

_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _grants()
    _invites()
    _access_log()
    op.create_table(
        "receipts",
        sa.Column("patient", _key, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("consent_id", sa.Text, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("jws", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("patient", "number", name="pk_receipts"),
        _of_patient("receipts"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("receipts", "access_log_heads", "access_log", "wrong_invites", "invites", "grants"):
        op.drop_table(table)


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("key", _key, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("pid", sa.Text, nullable=False),
        sa.Column("patient", _key, nullable=False),
        sa.Column("clinician", _key),
        sa.Column("status", sa.Text, nullable=False),
        *_terms(),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("side_effects", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("match_number", sa.Text, nullable=False),
        sa.Column("id_key", sa.LargeBinary, nullable=False),
        sa.Column("recipient_name", sa.Text),
        sa.Column("recipient_organisation", sa.Text),
        sa.Column("recipient_email", sa.Text, nullable=False),
        sa.Column("assurance", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_grants"),
        sa.UniqueConstraint("id", name="uq_grants_id"),
        sa.UniqueConstraint("pid", name="uq_grants_pid"),
        sa.CheckConstraint("status IN ('pending', 'active', 'paused', 'revoked')", name="status"),
        _of_account("grants", "patient", "CASCADE"),
        _of_account("grants", "clinician", "SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_grants_patient", "grants", ["patient"])
    op.create_index("ix_grants_clinician", "grants", ["clinician"])


def _invites() -> None:
    op.create_table(
        "invites",
        sa.Column("key", _key, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("patient", _key, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code_mac", sa.LargeBinary, nullable=False),
        sa.Column("wrong", sa.SmallInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        *_terms(),
        sa.Column("grant_expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_invites"),
        sa.UniqueConstraint("id", name="uq_invites_id"),
        sa.UniqueConstraint("fingerprint", name="uq_invites_fingerprint"),
        sa.UniqueConstraint("name", name="uq_invites_name"),
        _of_account("invites", "patient", "CASCADE"),
    )
    op.create_index("ix_invites_patient", "invites", ["patient"])
    op.create_index("ix_invites_expires_at", "invites", ["expires_at"])
    op.create_table(
        "wrong_invites",
        sa.Column("key", _key, nullable=False),
        sa.Column("account", _key, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_wrong_invites"),
        _of_account("wrong_invites", "account", "CASCADE"),
    )
    op.create_index("ix_wrong_invites_at", "wrong_invites", ["at"])
    op.create_index("ix_wrong_invites_account_at", "wrong_invites", ["account", "at"])


def _access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("patient", _key, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient", "seq", name="pk_access_log"),
        _of_patient("access_log"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "access_log_heads",
        sa.Column("patient", _key, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient", name="pk_access_log_heads"),
        _of_patient("access_log_heads"),
        sqlite_with_rowid=False,
    )


def _terms() -> list[sa.Column[object]]:
    return [
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("data_from", sa.Text),
        sa.Column("data_to", sa.Text),
        sa.Column("purpose", sa.Text),
        sa.Column("show_name", sa.Boolean(create_constraint=False), nullable=False),
    ]


def _of_account(table: str, column: str, then: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["accounts.key"], f"fk_{table}_{column}_accounts", ondelete=then)


def _of_patient(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["patient"], ["patient_state.patient"], f"fk_{table}_patient_patient_state", ondelete="CASCADE"
    )
