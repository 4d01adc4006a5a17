"""Keeps the partitions of the events table ahead of time."""

from procrastinate.contrib.django import app

from perisai.events import partitions
from perisai.events.clock import SystemClock


@app.periodic(cron="17 1 * * *")
@app.task(queue="spine", pass_context=False)
def make_partitions(timestamp: int) -> None:
    """Daily; makes nothing on most days."""
    del timestamp
    partitions.ensure(SystemClock().now().date())
