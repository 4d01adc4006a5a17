"""What granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perisai.web.settings")

application = get_wsgi_application()


def _warm() -> None:
    """Reads what every worker needs before the first request instead of during it: rules, errors, kinds of event."""
    from perisai.contributions.rules import load, rules_for_phone
    from perisai.errors import catalogue
    from perisai.events.kinds import kinds
    from perisai.members.names import similarity

    load()
    rules_for_phone()
    catalogue()
    kinds()
    similarity("Siti Aminah", "St. Aminah")


_warm()
