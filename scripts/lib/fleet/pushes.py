"""What the page says of pushes and pulls as a whole: sequence, replays, epochs, pages (sync, sections 3 and 4)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scripts.lib.fleet.judge import Judge, Seen, is_record
from scripts.lib.fleet.phone import Phone, Sent
from scripts.lib.fleet.service import Answer
from scripts.lib.fleet.truth import Truth, require

__all__ = ["Seen", "judge_pull", "judge_push"]

_KEPT_PUSHES: Final = 64


def judge_push(truth: Truth, phone: Phone, sent: Sent, answer: Answer, seen: Seen) -> None:
    """Holds a push that was answered against the page."""
    known, before, after = truth.known, truth.known.diary, seen.after
    mutations = json.loads(sent.body)["mutations"]
    last_seq = before.last_seqs.get(sent.device, 0)
    bases = [base for each in mutations if type(base := each.get("base")) is int]
    is_of_now = sent.epoch == before.epoch and not any(map(truth.in_gap, bases))
    kept = known.pushes.get((sent.device, sent.seq))
    is_kept = kept is not None and kept[0] == mutations and last_seq - _KEPT_PUSHES < sent.seq <= last_seq
    if answer.status == 401:  # noqa: PLR2004
        truth.unchanged(after, "P3", "a push without a token")
    elif answer.status == 200 and not answer.body["replayed"]:  # noqa: PLR2004
        require(is_of_now, "P7", f"a push of epoch {sent.epoch} was taken in {before.epoch}")
        require(sent.seq == last_seq + 1, "P3", f"push {sent.seq} of {sent.device} was performed after {last_seq}")
        truth.accepted(after, f"push {sent.seq} of {sent.device}")
        require(after.last_seqs.get(sent.device) == sent.seq, "P3", "a push was not counted")
        Judge(truth, seen, sent.device, phone.author.knows).push(sent, answer.body["results"])
        known.pushes[sent.device, sent.seq] = (mutations, [result["status"] for result in answer.body["results"]])
        known.diary = after
    elif answer.status == 200:  # noqa: PLR2004
        truth.unchanged(after, "P3", f"a replay of push {sent.seq} of {sent.device}")
        require(is_of_now and is_kept, "P3", f"push {sent.seq} of {sent.device} was never performed, yet is a replay")
        statuses = [result["status"] for result in answer.body["results"]]
        require(kept and statuses == kept[1], "P3", f"a replay tells {statuses}, for {kept and kept[1]}")
    elif answer.status == 409 and answer.code == "bad-seq":  # noqa: PLR2004
        truth.unchanged(after, "P3", "a push out of order")
        require(is_of_now and not is_kept, "P3", f"push {sent.seq} of {sent.device} is kept, and was not replayed")
        require(sent.seq != last_seq + 1, "P3", f"push {sent.seq} follows {last_seq}, and is told to be out of order")
        require(answer.body["last_seq"] == last_seq, "P3", f"last_seq {answer.body['last_seq']} for {last_seq}")
    elif answer.status == 409 and answer.code == "resync-required":  # noqa: PLR2004
        truth.unchanged(after, "P7", "a push of another history")
        require(not is_of_now, "P7", "a push of this history was told to resync")
        require(answer.body["last_seq"] == last_seq, "P7", f"last_seq {answer.body['last_seq']} for {last_seq}")
        require(answer.body["epoch"] == before.epoch, "P7", "told of a third epoch")
    else:
        require(condition=False, guarantee="P6", text=f"a push was answered {answer.status} {answer.code}")


def judge_pull(truth: Truth, asked: Mapping[str, Any], kinds: Sequence[str] | None, answer: Answer) -> None:
    """Holds a pull against the page; `asked` holds cursor, limit, min_rev and device as they were sent."""
    diary, cursors = truth.known.diary, truth.known.cursors
    if answer.status == 401:  # noqa: PLR2004
        return
    cursor = asked.get("cursor")
    if answer.status == 409 and answer.code == "resync-required":  # noqa: PLR2004
        is_other = cursor is not None and cursor not in cursors
        is_lost = truth.in_gap(asked.get("since", 0)) or truth.in_gap(asked["min_rev"])
        fine = is_other or is_lost or asked.get("epoch") not in {None, diary.epoch}
        require(fine, "P7", f"a pull from {cursor} of this history was told to resync")
        return
    require(answer.status == 200, "P4", f"a pull was answered {answer.status} {answer.code}")  # noqa: PLR2004
    require(cursor is None or cursor in cursors, "P7", f"a cursor of another history was taken: {cursor}")
    since: int = asked.get("since", 0)
    require(not truth.in_gap(since), "P7", f"a number of another history was taken: {since}")
    after = cursors.get(cursor, 0) if cursor else since
    page, has_more = answer.body["changes"], answer.body["has_more"]
    reached = page[-1]["rev"] if has_more else diary.rev
    wanted = {
        key: row for key, row in diary.rows.items() if after < row.rev <= reached and (kinds is None or key[0] in kinds)
    }
    got = {(record["kind"], record["id"]): record for record in page}
    require(len(got) == len(page), "P5", "a page holds a record twice")
    lost = sorted(wanted.keys() - got.keys())
    require(not lost, "P5" if has_more else "P4", f"a page from {after} to {reached} lacks {lost}")
    require(got.keys() == wanted.keys(), "P4", f"a page from {after} to {reached} holds others than it should")
    require(all(is_record(record, wanted[key]) for key, record in got.items()), "P4", "a page holds what is not stored")
    require([each["rev"] for each in page] == sorted(each["rev"] for each in page), "P4", "a page is out of order")
    require(not has_more or len(page) >= asked["limit"], "P5", "a page is shorter than asked, and not the last")
    require(answer.body["rev"] == diary.rev and diary.rev >= asked["min_rev"], "P12", "a view lacks what was written")
    require(
        answer.body["ack"] == diary.last_seqs.get(asked["device"], 0), "P12", "ack is not the last push in the view"
    )
    cursors[answer.body["cursor"]] = cursors[str(reached)] = reached
