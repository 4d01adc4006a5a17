"""Releases of the field app: the one that was recorded, the present one, one after it; and a web server that serves any of them."""

import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.running import Running, clean_environment, end, free_port

ROOT = Path(__file__).resolve().parents[2]
RECORDED = Path(__file__).parent / "releases"
PRESENT = "1.1.0"
BUILD_SECONDS = 300
START_SECONDS = 60.0


def build(version: str, folder: Path) -> Path:
    """Builds the app of this tree as if it were ``version``."""
    node = os.environ.get("PLAYWRIGHT_NODEJS_PATH") or shutil.which("node") or "node"
    command = [node, "node_modules/vite/bin/vite.js", "build", "--config", "field/vite.config.ts", "field"]
    environment = {**os.environ, "FIELD_VERSION": version, "FIELD_OUT": str(folder)}
    result = subprocess.run(
        command, cwd=ROOT / "frontend", env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return folder


def unpack(version: str, folder: Path) -> Path:
    """A release as it went out (``releases/``)."""
    with tarfile.open(RECORDED / f"field-{version}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


@dataclass(frozen=True)
class Releases:
    """``origin`` serves what was put out last."""

    origin: str
    served: Path
    store: Path

    def put_out(self, build: Path) -> None:
        """As a deployment does: the files of the release before are gone."""
        for path in self.served.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(build, self.served, dirs_exist_ok=True)

    def is_kept(self) -> bool:
        """The server has copied the parts of what it serves, for the time after the next release."""
        present = self.store / ".present"
        parts = {path.name for path in (self.served / "assets").iterdir()}
        return present.is_file() and parts == set(present.read_text().split())


@contextmanager
def releases(running: Running, folder: Path) -> Iterator[Releases]:
    """One more web process of a running installation, with its own folder of the built app."""
    folder.mkdir()
    port = free_port()
    given = {
        "PERISAI_DATA": str(running.data),
        "PERISAI_EMBEDDED": "1",
        "DATABASE_URL": running.database_url,
        "PERISAI_ORIGIN": f"http://127.0.0.1:{port}",
        "PERISAI_LIVE_ORIGIN": running.live_origin,
        "PERISAI_FIELD_APP": str(folder),
        "DJANGO_SETTINGS_MODULE": "perisai.web.settings",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "warning",
        "perisai.web.wsgi:application",
    ]
    with (folder.parent / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**clean_environment(), **given}, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Releases(f"http://127.0.0.1:{port}", folder, running.data / "app-assets")
    finally:
        end(process, 30)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process did not start")
