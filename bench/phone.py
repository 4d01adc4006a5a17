"""The field app on a cheap phone: a real Chromium at 4x CPU slowdown behind a line like slow 4G.

    perisai bench phone [load] [search] [enrol] [pull]

The line is a real one (``tests/e2e/line.py``): 150 ms there and back, three times that for the first request of a connection
(TCP, TLS 1.3, the request), 1.6 Mbit/s down, 750 kbit/s up for all connections together. The slowdown is Chromium's own, of
the page's main thread; service workers are not slowed down by it. ``load`` beside a figure is the machine's load average.
"""

import sys
from collections.abc import Callable
from typing import Any

from perisai.web.bench import Env
from perisai.web.commands import CannotRun

MEMBERS = 5000
CODES = 8


def run(env: Env) -> dict[str, Any]:
    """The figures asked for, in the order of the issue; all of them without a name."""
    parts = _parts()
    asked = [name for name in env.arguments if not name.startswith("-")] or list(parts)
    if unknown := [name for name in asked if name not in parts]:
        raise CannotRun(f"bench phone has no figure {', '.join(unknown)}; there are {', '.join(parts)}.")
    from bench import _phone_world as world
    from tests.e2e.chromium import chromium

    agent = world.make_agent(env.origin, MEMBERS, CODES)
    figures = []
    with chromium() as browser:
        for name in asked:
            print(f"bench phone: {name}", file=sys.stderr, flush=True)
            figures += parts[name](browser, env.origin, agent)
    return {"name": "phone", "members": MEMBERS, "figures": figures}


def _parts() -> dict[str, Callable[..., list[dict[str, Any]]]]:
    try:
        from bench._phone_enrol import measure_enrol
        from bench._phone_load import measure_load
        from bench._phone_pull import measure_pull
        from bench._phone_search import measure_search
    except ImportError as missing:  # Playwright comes with the tests' requirements
        raise CannotRun("bench phone needs Playwright and a Chromium; `make bench` installs both.") from missing
    return {
        "load": measure_load,
        "search": lambda browser, origin, agent: measure_search(browser, origin, agent, MEMBERS),
        "enrol": measure_enrol,
        "pull": lambda browser, origin, agent: measure_pull(browser, origin, agent, MEMBERS),
    }
