"""Keeps the partitions of the events table ahead of time, and adds up the country's days when they are over."""

from procrastinate.contrib.django import app

from perisai.events import country, partitions
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work


@app.periodic(cron="17 1 * * *")
@app.task(queue="spine", pass_context=False)
def make_partitions(timestamp: int) -> None:
    """Daily; makes nothing on most days."""
    del timestamp
    partitions.ensure(SystemClock().now().date())


@app.periodic(cron="7 * * * *")
@app.task(name="events.add_up_country", queue="spine", queueing_lock="events.add_up_country", pass_context=False)
def add_up_country(timestamp: int) -> int:
    """Hourly, as days end by time zone; how many zones moved."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        return len(country.add_up(work))
