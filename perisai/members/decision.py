"""What was decided about one op, as the phone hears it."""

from typing import Any, NamedTuple


class Decision(NamedTuple):
    """``status`` is accepted, review, rejected or held; ``code`` a key of the error catalogue."""

    status: str
    code: str | None
    result: dict[str, Any] | None
