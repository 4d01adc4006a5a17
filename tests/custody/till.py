"""An agent with a phone, members with open bills, and receipts, for tests of custody."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from perisai.events.work import Work, branch_day
from perisai.payments.books import ledger
from perisai.web.simulate.phone import Phone
from perisai.web.simulate.receipt import receipt_body
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


@dataclass
class Till:
    """What one agent's phone does with cash."""

    branch: Branch
    agent: FieldAgent
    phone: Phone
    state: dict[str, Any] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def look(self) -> dict[str, Any]:
        self.phone.sync_time()
        answer = self.phone.signed("GET", "/api/v1/sync/custody")
        assert answer.status_code == 200, answer.text
        self.state = answer.json()
        return self.state

    def enrol(self, count: int = 1) -> list[dict[str, Any]]:
        """Members with an open bill each; the answers of the push."""
        for _ in range(count):
            self.members.append(self.phone.op("enrol", worker()))
        answers = self.phone.push()
        assert all(answer["status"] == "accepted" for answer in answers), answers
        return answers

    def number(self) -> str:
        found = next(one for one in self.state["numbers"] if one not in self.used)
        self.used.add(found)
        return found

    def body(self, amounts: dict[str, int], number: str | None = None, **more: Any) -> dict[str, Any]:
        month = f"{branch_day(datetime.now(UTC), self.branch.timezone):%Y-%m}"
        lines = [
            {"enrolment": one, "first_month": month, "last_month": month, "amount": amount}
            for one, amount in amounts.items()
        ]
        return receipt_body(
            self.phone,
            certificate=self.state["certificate"],
            number=number or self.number(),
            lines=lines,
            at_ms=self.phone.clock_ms(),
            payer={"kind": "member", "id": None, "name": "Siti Aminah"},
            **more,
        )

    def receive(self, amounts: dict[str, int], number: str | None = None, **more: Any) -> dict[str, Any]:
        self.phone.op("cash_receipt", self.body(amounts, number, **more))
        return self.phone.push()[-1]

    def on_paper(self, series: str, page: int, amounts: dict[str, int]) -> dict[str, Any]:
        body = self.body(amounts, "K300100000014") | {"number": None, "signed": None}
        self.phone.op("cash_receipt", body | {"paper": {"series": series, "page": page}})
        return self.phone.push()[-1]

    def op(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        self.phone.op(kind, json.loads(json.dumps(body)))
        return self.phone.push()[-1]

    def work(self) -> Work:
        return system_work(self.branch)

    def held(self) -> int:
        """By the ledger; what it owes members must be the same."""
        with self.work() as work:
            accounts = ledger.balance(work, self.branch.id)
        cash = sum(amount for name, amount in accounts.items() if name.startswith("cash:"))
        assert cash == -accounts.get("custody", 0), accounts
        return accounts.get(ledger.cash_account(self.agent.id), 0)

    def undeposited(self) -> int:
        with self.work() as work:
            row = work.row(
                "SELECT coalesce(sum(l.amount - l.settled), 0)::bigint FROM custody_line l JOIN custody_receipt r"
                " ON r.branch_id = l.branch_id AND r.id = l.receipt_id"
                " WHERE r.branch_id = %s AND r.agent_id = %s AND r.state = 'held' AND r.kind = 'cash'",
                [self.branch.id, self.agent.id],
            )
        return int(row[0]) if row else 0


def open_till(phone_of: PhoneOf, agent: FieldAgent | None = None) -> Till:
    branch = agent.branch if agent else make_branch()
    agent = agent or make_agent(branch)
    till = Till(branch, agent, phone_of(agent))
    with till.work() as work:
        work.execute(
            "UPDATE accounts_device SET activated_at = now() - interval '60 days' WHERE id = %s", [till.phone.device]
        )
    till.look()
    return till


def texts(branch: Branch) -> list[str]:
    """What was sent by SMS, oldest first."""
    from perisai.events.vault import unseal

    with system_work(branch) as work:
        rows = work.rows(
            "SELECT body_sealed FROM messages_message WHERE branch_id = %s ORDER BY queued_at", [branch.id]
        )
    return [unseal(bytes(body)).decode() for (body,) in rows if body]


def one(value: str | UUID) -> UUID:
    return UUID(str(value))
