"""The field app as it is served: packed, fresh or for good, and with the parts of former builds."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from perisai.web import app_assets
from perisai.web.app_assets import keep, keep_once

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """``build("a.js", "b.js")``: the same folder with only these hashed files, each with its packed forms."""
    folder = tmp_path / "build"

    def make(*names: str) -> Path:
        (folder / "assets").mkdir(parents=True, exist_ok=True)
        for path in (folder / "assets").iterdir():
            path.unlink()
        for name in names:
            for ending in ("", ".gz", ".br"):
                (folder / "assets" / f"{name}{ending}").write_text(f"{name}{ending}")
        (folder / "index.html").write_text(" ".join(names))
        return folder

    return make


def test_keep_outlives_the_next_build_by_ninety_days(build: Build, tmp_path: Path) -> None:
    store = tmp_path / "store"
    keep(build("a-1.js"), store, now=NOW - timedelta(days=200))
    # It was the present one for long, and is counted from the day on which it no longer was.
    keep(build("a-2.js"), store, now=NOW)
    assert (store / "a-1.js").read_text() == "a-1.js"
    keep(build("a-3.js"), store, now=NOW + timedelta(days=89))
    assert (store / "a-1.js.gz").is_file()
    keep(build("a-3.js"), store, now=NOW + timedelta(days=91))
    assert not (store / "a-1.js").exists()
    assert (store / "a-2.js").is_file()
    assert (store / "a-3.js").is_file()


def test_keep_a_build_that_came_back_stays(build: Build, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for days, name in ((0, "a-1.js"), (1, "a-2.js"), (2, "a-1.js"), (200, "a-1.js")):
        keep(build(name), store, now=NOW + timedelta(days=days))
    assert (store / "a-1.js").is_file()
    assert not (store / "a-2.js").exists()


def test_keep_once_on_a_full_disk_tries_again_and_never_raises(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tried = build("a-1.js"), []

    def full(*_: object, **__: object) -> None:
        tried.append(1)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(app_assets, "keep", full)
    keep_once(folder, tmp_path / "store", now=NOW)
    keep_once(folder, tmp_path / "store", now=NOW)
    assert len(tried) == 2


@pytest.fixture
def served(build: Build, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    def make(*names: str) -> Client:
        build(*names)
        return Client(SERVER_NAME="localhost")

    with override_settings(FIELD_APP=tmp_path / "build", APP_ASSETS=tmp_path / "store"):
        yield make


def _get(client: Client, path: str, accepts: str = "") -> tuple[int, str, str, str]:
    answer = client.get(path, headers={"Accept-Encoding": accepts})
    content = b"".join(answer.streaming_content).decode() if answer.streaming else ""  # type: ignore[attr-defined]
    return answer.status_code, content, answer.get("Content-Encoding", ""), answer.get("Cache-Control", "")


def _until_kept(client: Client, store: Path, name: str) -> None:
    """The copies are made beside the answer; a visit while copies of another build are made leaves them to the next one."""
    deadline = time.monotonic() + 60
    _get(client, "/app/")
    while not ((store / ".present").is_file() and name in (store / ".present").read_text()):
        assert time.monotonic() < deadline, name
        time.sleep(0.02)
        _get(client, "/app/")


def test_old_part_is_served_after_a_new_release(served: Callable[..., Client], tmp_path: Path) -> None:
    client = served("a-1.js", "lazy-1.js")
    _until_kept(client, tmp_path / "store", "lazy-1.js")
    client = served("a-2.js", "lazy-2.js")
    status, content, coding, caching = _get(client, "/app/assets/lazy-1.js", "gzip, br")
    assert (status, content, coding) == (200, "lazy-1.js.br", "br")
    assert caching == "public, max-age=31536000, immutable"
    assert _get(client, "/app/")[3] == "no-cache"
    assert _get(client, "/app/assets/lazy-2.js")[1] == "lazy-2.js"


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [("gzip, deflate, br", "br"), ("gzip;q=1.0", "gzip"), ("", ""), ("zstd", "")],
)
def test_best_coding_that_the_browser_takes(served: Callable[..., Client], accepts: str, coding: str) -> None:
    assert _get(served("a.js"), "/app/assets/a.js", accepts)[2] == coding


@pytest.mark.parametrize("path", ["assets/none.js", "assets/.present/", "assets/.hidden", "assets/%2e%2e/index.html.x"])
def test_what_is_not_there_is_not_found(served: Callable[..., Client], path: str) -> None:
    client = served("a.js")
    _get(client, "/app/")
    assert client.get(f"/app/{path}").status_code == 404


def test_list_of_the_store_is_nobodys_business(served: Callable[..., Client], tmp_path: Path) -> None:
    client = served("a.js")
    _until_kept(client, tmp_path / "store", "a.js")
    (tmp_path / "secret.js").write_text("x")
    assert client.get("/app/assets/.present").status_code == 404
    assert client.get("/app/assets/../secret.js").status_code == 404
    assert client.get("/app/share").status_code == 302


def test_picture_shared_before_there_is_a_worker_is_not_taken(served: Callable[..., Client]) -> None:
    answer = served("a.js").post("/app/share", {"picture": b"\xff\xd8\xff"})
    assert (answer.status_code, answer["Location"]) == (303, "/app/#/shared?problem=share_failed")


def test_times_of_the_store_are_of_now(build: Build, tmp_path: Path) -> None:
    folder = build("a.js")
    os.utime(folder / "assets" / "a.js", (0, 0))
    keep(folder, tmp_path / "store", now=datetime.now(UTC))
    keep(folder, tmp_path / "store", now=datetime.now(UTC))
    assert (tmp_path / "store" / "a.js").is_file()
