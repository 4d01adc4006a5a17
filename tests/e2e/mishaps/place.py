"""Agents for tests of mishaps, made on a running installation by a process of its own:

python -m tests.e2e.mishaps.place DATA AGENTS

Prints JSON: for each agent two activation codes. All belong to one new branch with quota enough.
"""

import json
import subprocess
import sys
from itertools import count

from perisai.web import config
from tests.running import Running, clean_environment

CODES_EACH = 2


def placed(running: Running, agents: int) -> list[list[str]]:
    """Activation codes by agent, whom nobody else uses."""
    command = [sys.executable, "-m", "tests.e2e.mishaps.place", str(running.data), str(agents)]
    made = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr[-3000:]
    found: list[list[str]] = json.loads(made.stdout)
    return found


def main(data: str, agents: int) -> None:
    config.export(config.resolve(data))
    import django

    django.setup()
    from django.db import connection

    from tests import world

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM offices_office WHERE id < 4000")
        world._branches = count(max(3001, cursor.fetchone()[0] + 1))
    branch = world.make_branch()
    print(json.dumps([_codes(branch) for _ in range(agents)]))


def _codes(branch: object) -> list[str]:
    from perisai.accounts import device
    from perisai.accounts.agent_card import find_card
    from tests.world import Branch, make_agent, system_work

    assert isinstance(branch, Branch)
    agent = make_agent(branch)
    with system_work(branch) as work:
        card = find_card(work, branch_id=branch.id, agent_id=agent.id)
        assert card is not None
        return [device.issue_code(work, agent=card).code for _ in range(CODES_EACH)]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
