"""What the worker does for feeds: looks every five seconds whether a branch has come further than a subscription, and sends."""

from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.feeds import delivery, key

AT_A_STRETCH: Final = timedelta(seconds=20)
"""Then another job goes on, so that one busy receiver does not keep the others waiting."""


@app.periodic(cron="* * * * * */5")
@app.task(name="feeds.look", queue="feeds", queueing_lock="feeds.look", pass_context=False)
def look(timestamp: int) -> None:
    del timestamp
    for subscription_id in delivery.find_due(SystemClock()):
        with suppress(AlreadyEnqueued):
            deliver.configure(queueing_lock=f"feeds.{subscription_id}").defer(subscription_id=str(subscription_id))


@app.task(name="feeds.deliver", queue="feeds", pass_context=False)
def deliver(subscription_id: str) -> None:
    """Two at once are harmless: each message is claimed by one."""
    clock = SystemClock()
    delivery.deliver(UUID(subscription_id), clock=clock, until=clock.now() + AT_A_STRETCH)


@app.task(name="feeds.test", queue="feeds", pass_context=False)
def send_test(subscription_id: str) -> None:
    delivery.deliver_test(UUID(subscription_id), clock=SystemClock())


@app.periodic(cron="47 3 * * *")
@app.task(name="feeds.forget", queue="feeds", queueing_lock="feeds.forget", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Deliveries of more than a month ago, counts of more than a year ago, and what is left of this room's many small jobs."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        delivery.forget_old(work)
        key.forget_old(work)
    app.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs").defer(max_hours=24, queue="feeds")
