"""What the worker does for the house as a whole: it takes up what another left that was killed, and every night takes away what
nobody needs any more, set by set."""

from datetime import timedelta
from importlib import import_module
from typing import Final, LiteralString

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from perisai.events.clock import SystemClock

DONE: Final = 72
"""Hours that a job stays after it ended well."""
FAILED: Final = 30 * 24
"""Hours that one stays that failed or was given up: somebody may want to look."""
SILENT: Final = 120
"""Seconds without a sign of life after which a worker is taken for dead."""
TRIES: Final = 3
"""A job that its worker dies of each time is given up."""
LOGINS: Final = 400
"""Days that a login stays in the list of axes."""

# Each login leaves one; the session is gone after half a day, a wall's after a month without renewal.
_SESSIONS: LiteralString = """
DELETE FROM usersessions_usersession u WHERE u.last_seen_at < %s AND NOT EXISTS (
  SELECT FROM django_session s WHERE s.session_key = u.session_key)
"""


@app.periodic(cron="*/2 * * * *")
@app.task(name="web.take_up", queueing_lock="web.take_up", pass_context=False)
async def take_up(timestamp: int) -> int:
    """Jobs of workers that were killed: the library leaves them as being done, for ever. Each is begun again, as all of ours may
    be; those with a lock of their own come again by themselves. How many were begun again."""
    del timestamp
    again = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        if job.queueing_lock is None and job.attempts + 1 < TRIES:
            await app.job_manager.retry_job(job)
            again += 1
        else:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    return again


@app.periodic(cron="7 4 * * *")
@app.task(name="web.tidy", queueing_lock="web.tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Sessions that are over, logins of more than a year ago, and jobs of all queues that ended: each by its library's own way
    where there is one."""
    del timestamp
    now = SystemClock().now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [now - timedelta(days=2)])
    AxesProxyHandler.reset_logs(age_days=LOGINS)
    remove = app.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs")
    remove.defer(max_hours=DONE)
    remove.defer(max_hours=FAILED, remove_failed=True, remove_cancelled=True, remove_aborted=True)
