"""Keys: made once, whatever starts at the same moment; readable by nobody else; rotated by adding."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perisai import keys

READ_ALL = """
import sys, hashlib
from perisai import keys
keys.ensure_all()
print(hashlib.sha256(b"".join(keys.get(n) for n in sorted(keys.KINDS))).hexdigest())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERISAI_DATA", str(tmp_path))
    return tmp_path / "keys"


def test_get_by_eight_processes_at_once_gives_one_set_of_keys(folder: Path) -> None:
    command = [sys.executable, "-c", READ_ALL]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    answers = {reader.communicate(timeout=60)[0] for reader in readers}
    assert len(answers) == 1
    assert sorted(p.name for p in folder.iterdir()) == sorted(keys.KINDS)


def test_ensure_all_makes_files_only_the_user_can_read(folder: Path) -> None:
    keys.ensure_all()
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_get_has_the_length_that_ciphers_need(folder: Path) -> None:
    assert len(keys.get("nik_hmac")) == len(keys.get("data")) == len(keys.get("server_signing")) == 32
    assert keys.get("bank_sim").startswith(b"-----BEGIN PRIVATE KEY-----")


def test_get_prefers_the_environment_and_writes_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERISAI_KEY_NIK_HMAC", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    assert keys.get("nik_hmac") == b"A" * 32
    assert not (folder / "nik_hmac").exists()


def test_add_to_ring_keeps_old_keys_for_reading(folder: Path) -> None:
    before = keys.get("data")
    new = keys.add_to_ring()
    ring = keys.get_ring()
    assert ring.current == new == "2"
    assert ring.keys["1"] == before != ring.keys["2"]


def test_get_of_an_unknown_name_raises(folder: Path) -> None:
    with pytest.raises(keys.UnknownKey):
        keys.get("treasure")
    assert not (folder / "treasure").exists()


def test_missing_names_what_was_lost_and_makes_nothing(folder: Path) -> None:
    keys.ensure_all()
    os.unlink(folder / "link_signing")
    assert keys.missing() == ["link_signing"]
    assert not (folder / "link_signing").exists()
