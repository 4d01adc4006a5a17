"""Defaults that the database computes."""

from django.db.models import Func, UUIDField


class Uuid7(Func):
    """PostgreSQL's own ``uuidv7()`` as a ``db_default``."""

    function = "uuidv7"
    output_field = UUIDField()
