"""Prints the path of a Chromium for tests and pictures; installs one when the machine has none.

In this order: PERISAI_CHROMIUM, an installed Chromium or Chrome, Playwright's own, Playwright's download, Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap import apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
DOWNLOAD_SECONDS = 300
NONE_FOUND = """\
No Chromium or Chrome was found, Playwright could not download its own, and Debian's package could not be installed.
Any one of these mends it:
  sudo apt-get install chromium
  .venv/bin/python -m playwright install --with-deps chromium
  export PERISAI_CHROMIUM=/path/to/chromium
"""


def main() -> int:
    path = find() or download() or (find() if apt_install("chromium") else None)
    if path is None:
        print(NONE_FOUND, file=sys.stderr)
        return 1
    print(path)
    return 0


def find() -> str | None:
    given = os.environ.get("PERISAI_CHROMIUM")
    candidates = [given] if given else [shutil.which(name) for name in NAMES] + [of_playwright()]
    return next((path for path in candidates if path and works(path)), None)


def of_playwright() -> str | None:
    """The browser that an earlier `playwright install` left in the user's cache."""
    program = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    # In a process of its own: on a bare machine Playwright's driver itself may not start.
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    path = result.stdout.strip()
    return path if path and Path(path).exists() else None


def download() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    print("Downloading Playwright's Chromium", file=sys.stderr)
    try:
        subprocess.run(command, timeout=DOWNLOAD_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None
    path = of_playwright()
    return path if path and works(path) else None


def works(path: str) -> bool:
    """It starts at all: a downloaded browser may lack the machine's libraries."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
