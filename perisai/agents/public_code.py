"""The code of the public check: the agent's own code, and eight characters that nobody can count up to."""

import re
from typing import NamedTuple

_WITH = re.compile(r"P?-?(\d{1,10})-(\d{4,8})-?([0-9A-F]{8})")
_BARE = re.compile(r"P?(\d{4})(\d{4})([0-9A-F]{8})")
_MISREAD = str.maketrans("OIL", "011")


class PublicCode(NamedTuple):
    branch_id: int
    code: str
    key: str


def make(code: str, key: str) -> str:
    """``P-1501-0042-7A3F09C2``"""
    return f"{code}-{key}"


def read(text: str) -> PublicCode | None:
    """What somebody typed or scanned: small letters, blanks and letters that look like digits do no harm. None where it is no
    such code."""
    clean = "-".join(text.upper().replace("-", " ").split()).translate(_MISREAD)
    found = _WITH.fullmatch(clean) or _BARE.fullmatch(clean)
    if found is None or int(found[1]) >= 2**31:
        return None
    return PublicCode(int(found[1]), f"P-{int(found[1])}-{found[2]}", found[3])
