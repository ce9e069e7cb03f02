"""What a granted condition is called in its reader's language."""

import pytest

from app.domain.catalogue import CONDITIONS
from app.domain.sharing.visible import VisibleCondition
from app.domain.trends.languages import messages_for


@pytest.mark.parametrize(
    ("listed", "label", "name"),
    [
        ("multiple_sclerosis", "Multiple sclerosis", "Multiple Sklerose"),
        ("multiple_sclerosis", "My MS", "My MS"),
        ("multiple_sclerosis", None, "Multiple Sklerose"),
        (None, "Stiff neck", "Stiff neck"),
        (None, None, "own"),
    ],
)
def test_a_condition_has_the_patients_name_or_the_readers(listed: str | None, label: str | None, name: str) -> None:
    condition = VisibleCondition(
        code=listed or "own",
        listed=CONDITIONS[listed] if listed else None,
        label=label,
        status=None,
        diagnosed_on=None,
        tracked_since=None,
        primary_measure=None,
        target_measures=(),
    )
    assert condition.name_in(messages_for("de")) == name
