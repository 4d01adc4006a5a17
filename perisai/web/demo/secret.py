"""Passwords and seeds of the demo's logins: made once, kept in ``DATA/demo.json`` (0600), printed on request."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings

WORDS = (
    "angin", "batang", "cermin", "durian", "embun", "fajar", "gambir", "hujan", "intan", "jambu", "kelapa", "lontar",
    "manggis", "nipah", "ombak", "pandan", "rotan", "sungai", "tembesu", "ulin", "waduk", "yakin", "zamrud", "rimba",
)  # fmt: skip


class Secrets:
    """What is known of each login by username: ``password``, ``totp_secret``, ``recovery_codes``."""

    def __init__(self) -> None:
        self.path = Path(settings.DATA) / "demo.json"
        self.logins: dict[str, dict[str, Any]] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def save(self) -> None:
        fresh = self.path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(self.logins, file, indent=1)
        fresh.rename(self.path)


def new_password() -> str:
    """Three words and four digits: easy to read aloud, about 27 bits, for synthetic people only."""
    return "-".join(secrets.choice(WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"
