"""The worked example of docs/read-api.md: a stranger who follows it to the letter gets what the library and this server get."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from perisai.events.vault import seal
from perisai.feeds import message

DOC = (Path(__file__).parents[2] / "docs/read-api.md").read_text(encoding="utf-8")
VALUES = dict(re.findall(r"^    (SECRET|ID|TIMESTAMP|BODY|SIGNATURE) +(.+)$", DOC, re.MULTILINE))


def _is_ours(**other: str) -> bool:
    """By the function that stands in the page, run as it stands there."""
    code = re.search(r"^    import base64, hashlib, hmac, time$.*?(?=^\S)", DOC, re.MULTILINE | re.DOTALL)
    assert code is not None
    lines = [line.removeprefix("    ") for line in code[0].splitlines()]
    call = next(line for line in lines if line.startswith("is_ours("))
    known: dict[str, Any] = {**VALUES, **other}
    exec("\n".join(lines), known)
    return bool(eval(call, known))


def test_example_verifies_by_its_own_lines() -> None:
    assert set(VALUES) == {"SECRET", "ID", "TIMESTAMP", "BODY", "SIGNATURE"}
    assert _is_ours()


@pytest.mark.parametrize(
    "other",
    [
        {"BODY": VALUES["BODY"].replace("perisai.test", "perisai.tost")},
        {"BODY": VALUES["BODY"] + "\n"},
        {"ID": VALUES["ID"] + "0"},
        {"TIMESTAMP": "1795400301"},
        {"TIMESTAMP": "1795400299"},
        {"SECRET": "whsec_" + "A" * 43 + "="},
        {"SIGNATURE": VALUES["SIGNATURE"].split()[1]},
        {"SIGNATURE": "v1,"},
    ],
)
def test_example_refuses_what_is_not_ours(other: dict[str, str]) -> None:
    assert not _is_ours(**other)


def test_example_is_what_this_server_signs_and_the_library_verifies() -> None:
    at = datetime.fromtimestamp(int(VALUES["TIMESTAMP"]), UTC)
    raw = Webhook(VALUES["SECRET"])._whsecret
    told = message.headers(message.Message(VALUES["ID"], VALUES["BODY"].encode()), sealed=[seal(raw)], now=at)
    assert told["webhook-id"] == VALUES["ID"]
    assert told["webhook-timestamp"] == VALUES["TIMESTAMP"]
    assert told["webhook-signature"] == VALUES["SIGNATURE"].split()[0]
    assert message.show_secret(raw) == VALUES["SECRET"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_example_of_the_command_line_prints_the_signature() -> None:
    shell = re.search(r"^    printf '%s\.%s\.%s'.*\n.*$", DOC, re.MULTILINE)
    assert shell is not None
    done = subprocess.run(
        ["sh", "-c", shell[0]],
        env={"PATH": "/usr/bin:/bin", **VALUES},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"v1,{done.stdout.strip()}" == VALUES["SIGNATURE"].split()[0]
