"""What the worker does for messages: sends them, tries again with growing pauses, and forgets old ones."""

from typing import Final, LiteralString
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.messages import outbox
from perisai.messages.gateway import find_gateway
from perisai.offices.tree import above_branches

# A worker that is killed before it claims a text, or between two tries, leaves no time on it. Where the job only waits its turn, a
# second one does no harm: the first to come claims the text, and by the time on it no third is made soon.
_LEFT: LiteralString = """
UPDATE messages_message SET not_before = %(now)s WHERE (branch_id, id) IN (
  SELECT branch_id, id FROM messages_message
  WHERE state = 'queued' AND coalesce(not_before, queued_at) < %(now)s - interval '10 minutes' LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING branch_id, id
"""
TRIES: Final = 6
"""After 3, 9, 27, 81 and 243 seconds: within the ten minutes that a code is good."""


@app.task(
    name="messages.send",
    queue="messages",
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES, exponential_wait=3, retry_exceptions=[outbox.TryAgain]),
)
def send_message(context: JobContext, branch_id: int, message_id: str) -> None:
    """One text. What cannot be sent stays as failed, with its reason, on the list of messages."""
    try:
        outbox.send(
            branch_id=branch_id,
            message_id=UUID(message_id),
            gateway=find_gateway(),
            clock=SystemClock(),
            is_last_try=context.job.attempts + 1 >= TRIES,
        )
    except outbox.TryAgain as later:
        if later.at is None:
            raise
        again = send_message.configure(schedule_at=later.at, priority=outbox.LATER)
        again.defer(branch_id=branch_id, message_id=message_id)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="messages", queueing_lock="messages.left", pass_context=False)
def send_left(timestamp: int) -> None:
    """Texts whose worker was killed while it had them, or whose hour has come and whose job was lost."""
    del timestamp
    for scope in _everywhere():
        with Work(scope=scope) as work:
            left = work.rows(_LEFT, {"now": work.now})
            jobs: list[JSONDict] = [{"branch_id": branch_id, "message_id": str(one)} for branch_id, one in left]
            if jobs:
                send_message.configure(priority=outbox.LATER).batch_defer(*jobs)


@app.periodic(cron="41 3 * * *")
@app.task(queue="messages", queueing_lock="messages.forget", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Every night: challenges that nobody used, a month after they ended, for no phone brings one that late; and old texts."""
    del timestamp
    for scope in _everywhere():
        with Work(scope=scope) as work:
            work.execute(
                "DELETE FROM messages_challenge WHERE used_by IS NULL AND expires_at < now() - interval '31 days'"
            )
            outbox.forget(work)


def _everywhere() -> tuple[Scope, Scope]:
    """Branches, and offices above them: what these have sent is of no branch."""
    return Scope.nation(), Scope.of(above_branches())
