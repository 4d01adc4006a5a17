"""What granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perisai.web.settings")

application = get_wsgi_application()


def _follow_rules() -> None:
    """What was approved is in force here from the first request on, and what will be within half a minute."""
    from django.db import Error, connection

    from perisai.contributions.rule_changes import publish as rule_publish

    try:
        rule_publish.refresh()
        connection.close()
    except Error:
        pass  # the database is away: what this machine had goes on
    rule_publish.follow()


def _warm() -> None:
    """Reads what every worker needs before the first request instead of during it: rules, errors, kinds of event."""
    from perisai.contributions.rules.in_force import load, rules_for_phone
    from perisai.errors import catalogue
    from perisai.events.kinds import kinds
    from perisai.members.persons.names import similarity

    load()
    rules_for_phone()
    catalogue()
    kinds()
    similarity("Siti Aminah", "St. Aminah")


def _calm_the_collector() -> None:
    """A push makes thousands of small objects that reference counting frees; looking through all of Django for cycles each
    time took a tenth of a worker's time. What is loaded by now stays and is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _check_world() -> None:
    """Not shown as real what is practice, and not the other way round. A database that is away is looked at when it is there."""
    from django.db import OperationalError, connection

    from perisai.events import world

    try:
        world.check()
        connection.close()
    except OperationalError:
        world.check_when_connected()


_follow_rules()
_warm()
_check_world()
_calm_the_collector()
