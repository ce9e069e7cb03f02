"""Shares: links with their encrypted files."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_2000"
down_revision = "2026_11_26_1900"

_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shares",
        sa.Column("key", _key, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("patient", _key, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("side_effects", sa.Text, nullable=False),
        sa.Column("data_from", sa.Text),
        sa.Column("data_to", sa.Text),
        sa.Column("id_key", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("passcode_hash", sa.Text),
        sa.Column("attempts_left", sa.SmallInteger),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("max_uses", sa.SmallInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("last_opened_at", sa.BigInteger),
        sa.Column("filled_at", sa.BigInteger, nullable=False),
        sa.Column("last_day", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("purged_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_shares"),
        sa.UniqueConstraint("id", name="uq_shares_id"),
        sa.UniqueConstraint("fingerprint", name="uq_shares_fingerprint"),
        sa.CheckConstraint("kind IN ('visit', 'ongoing')", name="kind"),
        sa.CheckConstraint("status IN ('active', 'paused', 'revoked')", name="status"),
        sa.ForeignKeyConstraint(["patient"], ["accounts.key"], "fk_shares_patient_accounts", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shares_patient", "shares", ["patient"])
    op.create_index("ix_shares_purged_at_expires_at", "shares", ["purged_at", "expires_at"])
    op.create_table(
        "share_files",
        sa.Column("patient", _key, nullable=False),
        sa.Column("share", _key, nullable=False),
        sa.Column("jwe", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("patient", "share", name="pk_share_files"),
        sa.ForeignKeyConstraint(
            ["patient"], ["patient_state.patient"], "fk_share_files_patient_patient_state", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("share_files")
    op.drop_table("shares")
