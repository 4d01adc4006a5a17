"""The world of the process-kill test, made on a running installation by a process of its own:

python -m tests.chaos.place DATA AGENTS

Prints JSON: an activation code for each agent (two branches in turn), and what the two banks prove themselves with.
"""

import json
import sys

from perisai.web import config


def main(data: str, agents: int) -> None:
    config.export(config.resolve(data))
    import django

    django.setup()
    from perisai.events.scope import Scope
    from perisai.events.work import Work
    from perisai.payments.demo import load_demo_banks

    with Work.open(scope=Scope.of([])) as work:
        load_demo_banks(work)
    from tests.world import make_branch

    branches = [make_branch(), make_branch()]
    codes = [_code(branches[index % 2]) for index in range(agents)]
    print(json.dumps({"codes": codes, "banks": [_bank("symmetric"), _bank("asymmetric")]}))


def _code(branch: object) -> str:
    from perisai.accounts import device
    from perisai.accounts.agent_card import find_card
    from tests.world import Branch, make_agent, system_work

    assert isinstance(branch, Branch)
    agent = make_agent(branch)
    with system_work(branch) as work:
        card = find_card(work, branch_id=branch.id, agent_id=agent.id)
        assert card is not None
        return device.issue_code(work, agent=card).code


def _bank(scheme: str) -> dict[str, str]:
    from perisai.web.simulate.bank import demo_credentials

    found = demo_credentials(scheme)
    return {
        "client_key": found.client_key,
        "client_secret": found.client_secret.decode("latin-1"),
        "private_key": found.private_key.decode(),
        "service_id": found.service_id,
        "padding": found.padding,
        "scheme": found.scheme,
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
