"""Phones that may only drain: why what they send goes to a person."""

from perisai.events.work import Work
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone

ENDED = ("device_ended", "E6005")
STOLEN = ("device_stolen", "E6007")
INACTIVE = ("agent_inactive", "E6008")

_END = "SELECT end_reason, ended_at FROM accounts_device WHERE id = %s"


def sort_by_end(work: Work, phone: Phone, ops: list[SentOp]) -> dict[tuple[str, str], list[SentOp]]:
    """The ops by (reason of the review, code of the answer). What a stolen phone sent after it was revoked is marked as such."""
    if phone.state == "active":
        return {INACTIVE: ops}
    end_reason, ended_at = work.row(_END, [phone.id]) or ("", None)
    if ended_at is None or end_reason.partition(":")[0] != "stolen":
        return {ENDED: ops}
    after = [op for op in ops if (op.received_at or work.now) >= ended_at]
    before = [op for op in ops if op not in after]
    return {why: some for why, some in ((STOLEN, after), (ENDED, before)) if some}
