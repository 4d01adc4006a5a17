"""UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that new keys land together."""

import os
import time
from uuid import UUID, SafeUUID

_new, _set, _unknown = object.__new__, object.__setattr__, SafeUUID.unknown


def uuid7(ms: int | None = None) -> UUID:
    """A new UUIDv7 for the given millisecond since 1970 (now by default)."""
    stamp = time.time_ns() // 1_000_000 if ms is None else ms
    rest = int.from_bytes(os.urandom(10), "big")
    value = (stamp & (2**48 - 1)) << 80 | 7 << 76 | (rest >> 68) << 64 | 2 << 62 | (rest & (2**62 - 1))
    # As ``UUID(int=value)`` builds it, without looking at five other ways of building one: ids are made by the hundred.
    made = _new(UUID)
    _set(made, "int", value)
    _set(made, "is_safe", _unknown)
    return made
