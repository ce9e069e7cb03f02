"""What sync remembers: devices, their last pushes, and the histories that restores ended."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_1500"
down_revision = "2026_11_25_0400"

_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "devices",
        _patient(),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("patient", "device", name="pk_devices"),
        _of_patient("devices"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pushes",
        _patient(),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("patient", "device", "seq", name="pk_pushes"),
        _of_patient("pushes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "forks",
        _patient(),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("forked_at", sa.BigInteger, nullable=False),
        sa.Column("resumed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("patient", "epoch", name="pk_forks"),
        _of_patient("forks"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("forks", "pushes", "devices"):
        op.drop_table(table)


def _patient() -> sa.Column[int]:
    return sa.Column("patient", _key, nullable=False)


def _of_patient(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["patient"], ["patient_state.patient"], f"fk_{table}_patient_patient_state", ondelete="CASCADE"
    )
