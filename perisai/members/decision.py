"""What was decided about one op, as the phone hears it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Decision:
    """``status`` is accepted, review, rejected or held; ``code`` a key of the error catalogue."""

    status: str
    code: str | None
    result: dict[str, Any] | None
