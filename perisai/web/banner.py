"""What a person reads when everything is up: addresses, and the demo's logins."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from perisai.web.config import Config


def addresses(config: Config) -> Iterator[str]:
    yield f"console    {config.origin}/console/"
    yield f"field app  {config.origin}/app/"
    yield f"live       {config.live_origin}/live/healthz"
    yield f"API        {config.origin}/api/v1/openapi.json"
    yield f"health     {config.origin}/healthz"
    yield f"data, logs {config.data}"


def ask_logins() -> "subprocess.Popen[str]":
    """Asked of a process with Django, because the supervisor itself never loads it; meanwhile the rest may start."""
    command = [sys.executable, "-m", "perisai", "demo", "--credentials"]
    return subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def logins(config: Config, asked: "subprocess.Popen[str]") -> Iterator[str]:
    output, errors = asked.communicate()
    if asked.returncode != 0:
        yield f"logins: `perisai demo --credentials --data {config.data}` failed: {errors.strip()[-300:]}"
        return
    yield from _lines(json.loads(output))
    yield f"everybody, with TOTP secrets: perisai demo --credentials --data {config.data}"


def _lines(credentials: dict[str, Any]) -> Iterator[str]:
    """Staff with password and how to get the second factor; three phones to try. The JSON has everybody."""
    for login in credentials.get("logins", []):
        if login["role"] != "agent":
            yield f"  {login['role']:<12} {login['username']:<20} {login['password']}"
    for agent in credentials.get("agents", [])[:3]:
        yield f"  phone of {agent['username']:<24} activation code {agent['activation_code']}"
    yield "staff also need a code of six digits: perisai demo --code USERNAME"
