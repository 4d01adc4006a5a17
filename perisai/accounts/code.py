"""Activation codes: ten characters of Crockford's base 32, 50 bits."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_READ_AS = str.maketrans("OIL", "011", " -")


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """The code as it was issued, from what a person typed; None where it cannot be one."""
    code = text.strip().upper().translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def in_groups(code: str) -> str:
    """``7K3QX M0A9T``: how it is read aloud."""
    return f"{code[:5]} {code[5:]}"
