"""The personal link to an agent's own file, for somebody who has no phone of ours any more.

It holds branch, agent and last day, so that it ends by itself. What is reached by it is one agent's file and nothing else."""

from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings

from perisai.accounts.sealed_link import SealedLink
from perisai.agents.rules import figure

PATH: Final = "/berkas/"
_LINK: Final = SealedLink("agent-file", ">I16sI")


class Holder(NamedTuple):
    """Whose file it is, and the last day (of the branch) on which the link opens it."""

    branch_id: int
    agent_id: UUID
    until: date


def make(branch_id: int, agent_id: UUID, today: date) -> tuple[str, date]:
    """(whole address, last day) of a link made today."""
    until = today + timedelta(days=figure("file_link_days", today))
    return f"{settings.ORIGIN}{PATH}{token_of(Holder(branch_id, agent_id, until))}/", until


def token_of(holder: Holder) -> str:
    return _LINK.seal(holder.branch_id, holder.agent_id.bytes, holder.until.toordinal())


def read(token: str) -> Holder | None:
    """None where it is not one of ours; whether its day is over is for the caller, who knows the branch's day."""
    held = _LINK.open(token)
    return Holder(held[0], UUID(bytes=held[1]), date.fromordinal(held[2])) if held else None
