"""The doctor's look at the machine: programs, front ends, keys, disk, clock, ports, TLS."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from perisai import keys
from perisai.web.config import Config
from perisai.web.doctor import Check, Look, State
from perisai.web.supervisor import read_state

ROOT = Path(__file__).resolve().parent.parent.parent
NODE_AT_LEAST = (20, 19)
DISK_FAIL, DISK_WARN = 1 << 30, 5 << 30
BORN = 1_790_000_000
"""A clock before this instant (September 2026) is older than this program."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def _python(_: Config) -> Iterator[Check]:
    version = sys.version.split()[0]
    is_enough = sys.version_info >= (3, 11)
    yield Check("ok" if is_enough else "fail", f"Python {version}", "make PYTHON=python3.11 build")


def _node(_: Config) -> Iterator[Check]:
    here = Path(sys.executable).parent
    program = shutil.which("node", path=f"{here}:{os.environ.get('PATH', '')}")
    text = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip() if program else ""
    parts = tuple(int(p) for p in text.lstrip("v").split(".")[:2]) if text else (0,)
    if parts >= NODE_AT_LEAST:
        yield Check("ok", f"Node {text}")
    else:
        yield Check("warn", f"Node >= 20.19 to build the front ends (found: {text or 'none'})", "make build")


def _browser(_: Config) -> Iterator[Check]:
    known = ROOT / ".build" / "browser"
    path = os.environ.get("PERISAI_CHROMIUM") or (known.read_text().strip() if known.exists() else "")
    path = path or next(filter(None, map(shutil.which, BROWSERS)), "")
    found = bool(path) and Path(path).exists()
    yield Check("ok" if found else "warn", f"browser for tests: {path or 'none'}", "make .build/browser")


def _front_ends(_: Config) -> Iterator[Check]:
    for name in ("field", "console"):
        built = any((ROOT / "frontend" / "dist" / name).glob("*"))
        yield Check("ok" if built else "fail", f"front end {name} {'built' if built else 'not built'}", "make build")


def _keys(config: Config) -> Iterator[Check]:
    os.environ["PERISAI_DATA"] = str(config.data)
    missing = keys.missing()
    folder = config.data / "keys"
    if missing and (config.data / "pg" / "PG_VERSION").exists():
        mend = f"restore {folder} from the backup; only a new installation may start without (`perisai migrate`)"
        yield Check("fail", f"keys missing: {', '.join(missing)}", mend)
    elif missing:
        yield Check(
            "warn", f"no keys yet in {folder}", "they are made at the first start: `perisai demo` or `perisai up`"
        )
    else:
        yield Check("ok", f"{len(keys.KINDS)} keys present")
    loose = [p.name for p in folder.glob("*") if p.stat().st_mode & 0o077]
    if loose:
        yield Check("fail", f"keys others can read: {', '.join(loose)}", f"chmod 600 {folder}/*")


def _disk(config: Config) -> Iterator[Check]:
    folder = next(p for p in (config.data, *config.data.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    state: State = "fail" if free < DISK_FAIL else "warn" if free < DISK_WARN else "ok"
    yield Check(state, f"{free / (1 << 30):.1f} GiB free for {config.data}", "free space, or --data on another disk")


def _clock(_: Config) -> Iterator[Check]:
    mend = "set the clock and keep it by NTP: `timedatectl set-ntp true`"
    is_sane = time.time() > BORN
    yield Check("ok" if is_sane else "fail", f"clock {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime())}", mend)


def _ports(config: Config) -> Iterator[Check]:
    state = read_state(config.run)
    if state is not None:
        yield Check("ok", f"running: pid {state['pid']}, web {state['origin']}, live {state['live_origin']}")
        return
    for name, origin in (("web", config.origin), ("live", config.live_origin)):
        port = urlsplit(origin).port
        if port is None:
            continue
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        what = f"port {port} ({name}) {'is taken by another program' if taken else 'is free'}"
        yield Check("warn" if taken else "ok", what, "choose another: --port N")


def _tls(config: Config) -> Iterator[Check]:
    parts = urlsplit(config.origin)
    if parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        yield Check("ok", f"browsers treat {config.origin} as secure")
    else:
        what = (
            f"{config.origin} is not HTTPS: phones will not install the app, nor make a key (service worker, WebCrypto)"
        )
        mend = "put Caddy in front (deploy/Caddyfile) and set PERISAI_ORIGIN, or use localhost over USB: adb reverse"
        yield Check("warn", what, mend)


LOOKS: list[Look] = [_python, _node, _browser, _front_ends, _keys, _disk, _clock, _ports, _tls]
