"""When an act on a phone happened, as far as anybody can say."""

from datetime import datetime
from typing import NamedTuple


class Captured(NamedTuple):
    """The interval in which an act happened, the best estimate within it, and whether a person should look at it."""

    earliest: datetime
    latest: datetime
    estimate: datetime
    doubtful: bool
