"""Pushes, pulls and histories of one's own diary (sync)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.access import OwnDiary
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import KindName, StoredRecord
from app.domain.sync.answer import Answered, Told, place
from app.domain.sync.change import Merged
from app.domain.sync.cursor import Cursor
from app.domain.sync.epoch import ResyncRequired, Standing
from app.domain.sync.mutation import Rejected
from app.domain.sync.push import BadSeq, Push, is_repeated
from app.domain.sync.schema import Schema, brought_after, known_kinds
from app.services.notices import soft_notices
from app.services.parts import Parts
from app.storage.ledger import Writing
from app.storage.pulls import HistoryRow, Page
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """The answer to a push."""

    rev: Revision
    epoch: str
    seq: int
    replayed: bool
    """Whether it came before: then nothing was written."""
    answers: Sequence[Answered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a phone asks for in a pull."""

    cursor: Cursor
    schema: Schema
    limit: int
    kinds: frozenset[KindName] | None
    """None: all that a phone of this schema knows."""
    device: Device | None
    min_rev: Revision
    verify: bool

    def kind_names(self) -> list[KindName]:
        """Those that are asked for, of what a phone of this schema knows."""
        known = (kind.name for kind in known_kinds(self.schema))
        return [name for name in known if self.kinds is None or name in self.kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One page of what is new to a phone."""

    changes: list[str]
    """Each as JSON."""
    cursor: Cursor
    has_more: bool
    rev: Revision
    epoch: str
    ack: int | None
    """The last push of the device that this view holds; None where no device is named."""
    counts: dict[str, int] | None
    digest: str | None


async def push(parts: Parts, access: OwnDiary, sent: Push) -> Pushed:
    """Each mutation joins the diary by itself, all in one revision; refuses with ResyncRequired and BadSeq."""
    at = parts.clock()

    def write(work: Work) -> Pushed:
        standing, last_seq = work.devices.standing(sent.device, to_write=True)
        if sent.epoch != standing.epoch or any(standing.in_gap(base) for base in _bases(sent)):
            raise _resync(standing, sent.epoch, last_seq)
        replayed = is_repeated(sent.seq, last_seq)
        results: list[Merged | Rejected] = []
        if replayed:
            told, rev = _told_before(work, sent, last_seq), standing.rev
        else:
            rev = work.ledger.next_revision()
            results = work.ledger.push(
                sent.mutations, rev=rev, writing=Writing(device=sent.device, at=at, seq=sent.seq)
            )
            told = [_told(work, result) for result in results]
            work.devices.remember(sent, told)
        places = [place(mutation) for mutation in sent.mutations]
        records = {} if replayed else _as_they_stand(zip(places, results, strict=True))
        records |= work.records.present(about for about in places if about not in records)
        answers = [
            Answered(kind=kind, id=record_id, told=each, record=records.get((kind, record_id)))
            for (kind, record_id), each in zip(places, told, strict=True)
        ]
        return Pushed(rev=rev, epoch=standing.epoch, seq=sent.seq, replayed=replayed, answers=answers)

    return await parts.database.write(access, write)


async def pull(parts: Parts, access: OwnDiary, wanted: Wanted) -> Pulled:
    """The next page beyond the phone's cursor, all from one view; refuses with ResyncRequired."""
    if not wanted.verify and wanted.schema <= wanted.cursor.schema:
        found = await parts.database.glance(access, lambda work: _glance(work, wanted))
        if found is not None:
            return found
    return await parts.database.read(access, lambda work: _read(work, wanted))


async def history(  # noqa: PLR0913 - a page is named by its record, place and size
    parts: Parts, access: OwnDiary, kind: str, record_id: RecordId, *, after: tuple[int, int], limit: int
) -> list[HistoryRow]:
    """What became of a record, the oldest first, beyond a place (revision, ordinal)."""
    return await parts.database.read(access, lambda work: work.pulls.history(kind, record_id, after=after, limit=limit))


def _glance(work: Work, wanted: Wanted) -> Pulled | None:
    """The page by one statement; None where that cannot tell it whole."""
    standing, last_seq, page = work.pulls.glance(
        wanted.device, wanted.cursor.rev, wanted.kind_names(), limit=wanted.limit
    )
    _check(wanted, standing, last_seq)
    return None if page is None else _pulled(wanted, standing, last_seq, page)


def _read(work: Work, wanted: Wanted) -> Pulled:
    standing, last_seq = work.devices.standing(wanted.device)
    _check(wanted, standing, last_seq)
    cursor, kinds = wanted.cursor, wanted.kind_names()
    pulled = _pulled(wanted, standing, last_seq, work.pulls.after(cursor.rev, kinds, limit=wanted.limit))
    newer = {kind.name: fields for kind, fields in brought_after(cursor.schema) if kind.name in kinds}
    if wanted.schema > cursor.schema and newer:
        pulled = replace(pulled, changes=work.pulls.holding(newer, up_to=cursor.rev) + pulled.changes)
    if wanted.verify and not pulled.has_more:
        pulled = replace(pulled, counts=work.pulls.counts(kinds), digest=work.pulls.digest(kinds))
    return pulled


def _check(wanted: Wanted, standing: Standing, last_seq: int) -> None:
    cursor = wanted.cursor
    is_other = cursor.epoch not in (None, standing.epoch)
    if is_other or any(rev > standing.rev or standing.in_gap(rev) for rev in (cursor.rev, wanted.min_rev)):
        raise _resync(standing, cursor.epoch or standing.epoch, last_seq)


def _pulled(wanted: Wanted, standing: Standing, last_seq: int, page: Page) -> Pulled:
    reached = standing.rev if page.more_after is None else Revision(page.more_after)
    return Pulled(
        changes=page.lines,
        cursor=Cursor(epoch=standing.epoch, rev=reached, schema=wanted.schema),
        has_more=page.more_after is not None,
        rev=standing.rev,
        epoch=standing.epoch,
        ack=last_seq if wanted.device else None,
        counts=None,
        digest=None,
    )


def _bases(sent: Push) -> list[Revision]:
    return [change.base for change in sent.mutations if not isinstance(change, Rejected) and change.base is not None]


def _resync(standing: Standing, epoch: str, last_seq: int) -> ResyncRequired:
    return ResyncRequired(standing.epoch, standing.forked_at(epoch), last_seq)


def _told_before(work: Work, sent: Push, last_seq: int) -> Sequence[Told]:
    """What was told of this very push before; another one under its number is refused with BadSeq."""
    kept = work.devices.kept(sent.device, sent.seq)
    if kept is None or kept.digest != sent.digest:
        raise BadSeq(last_seq)
    return kept.told


def _as_they_stand(
    made: Iterable[tuple[tuple[KindName, RecordId], Merged | Rejected]],
) -> dict[tuple[KindName, RecordId], StoredRecord]:
    """The records that were just merged; a conflict record may have moved again since, and has to be read."""
    return {
        about: result.record
        for about, result in made
        if isinstance(result, Merged) and result.record and about[0] != CONFLICT.name
    }


def _told(work: Work, result: Merged | Rejected) -> Told:
    if isinstance(result, Rejected) or result.written is None:
        return Told.of(result)
    return Told.of(result, tuple(soft_notices(work, result.written.record)))
