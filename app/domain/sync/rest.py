"""What a REST write must say before it is merged (sync, end of section 3)."""

from app.domain.errors import NotFound
from app.domain.ids import Device, Revision
from app.domain.records.kinds import DOSE
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import ANY_REVISION, NEVER_SEEN, Change, EntryChanged, Known, Put, RevisionRequired
from app.domain.sync.merge import DOSE_UNIT


def admit(known: Known | None, change: Change, *, expected: Revision | None, device: Device) -> None:
    """Lets a REST change through, or refuses with NotFound, EntryChanged or RevisionRequired.

    `expected` is the revision of If-Match, ANY_REVISION or NEVER_SEEN; None where the caller named none.
    """
    alive = known if known and known.alive else None
    if alive is None and isinstance(change, Put) and not change.may_create:
        raise NotFound
    if expected == ANY_REVISION and alive is None:
        raise EntryChanged(None)
    if expected not in (None, ANY_REVISION):
        if (alive.record.rev if alive else NEVER_SEEN) != expected:
            raise EntryChanged(alive.record if alive else None)
    elif isinstance(change, Put) and alive and change.kind is DOSE and _touches_dose_unit(alive, change, device):
        raise RevisionRequired


def _touches_dose_unit(known: Known, change: Put, device: Device) -> bool:
    """Whether the change would alter a dose's safety fields, of which another device wrote the last one."""
    if max(known.field_revs[name] for name in DOSE_UNIT if name in known.field_revs)[1] == device:
        return False
    stored = known.record.fields
    return any(
        name in change.fields and not absent_is_null(stored.get(name), change.fields[name]) for name in DOSE_UNIT
    )
