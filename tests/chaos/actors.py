"""Phones and banks that go on through kills, each in a process of its own, and remember what they were told."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing.queues import Queue
from random import Random
from typing import Any

import httpx

from perisai.web.simulate.bank import BankSimulator, Credentials, new_external_id
from perisai.web.simulate.phone import Phone
from tests import world
from tests.chaos.line import Line

FINAL = frozenset({"accepted", "review", "rejected"})
BATCHES = (4, 12, 40, 120)
"""The most workers that wait for a push, each as likely as the others."""
PAID_SHARE = 3
"""Every third accepted enrolment goes to a bank; every second of the others may be taken back."""


@dataclass
class FieldPhone:
    """An activated phone that enrols ``enrolments`` workers in pushes of one to many ops."""

    phone: Phone
    origin: str
    number: int
    enrolments: int
    seed: int

    def run(self, codes: "Queue[tuple[str, int]]", done: "Queue[int]") -> dict[str, Any]:
        """``ops``: every op by id with the answer it got last. ``codes`` takes (payment code, rupiah)."""
        self._random = Random(self.seed + self.number)
        self._line, self._ops = Line(self._random), {}
        world._serials = count(9001 + self.number * 1000)
        self.phone.http = httpx.Client(base_url=self.origin, timeout=20)
        made = accepted = 0
        while made < self.enrolments:
            size = min(self._random.randint(1, self._random.choice(BATCHES)), self.enrolments - made)
            made += size
            for op_id in [self.phone.op("enrol", world.worker()) for _ in range(size)]:
                self._ops[op_id] = {"kind": "enrol", "answer": None}
            for answer in self._push(done):
                if answer["status"] == "accepted" and self._ops[answer["op"]]["kind"] == "enrol":
                    accepted += 1
                    self._use(accepted, answer, codes)
        list(self._push(done))
        return {"ops": self._ops, "score": self._line.score, "faults": self._line.faults}

    def _use(self, accepted: int, answer: dict[str, Any], codes: "Queue[tuple[str, int]]") -> None:
        if accepted % PAID_SHARE == 0:
            codes.put((answer["result"]["payment_code"], answer["result"]["amount"]))
        elif accepted % PAID_SHARE == 1 and self._random.random() < 0.1:
            op_id = self.phone.op("cancel", {"enrolment_op": answer["op"], "reason": "worker_declined"})
            self._ops[op_id] = {"kind": "cancel", "answer": None, "of": answer["op"]}

    def _push(self, done: "Queue[int]") -> Iterator[dict[str, Any]]:
        """Sends what is in the outbox until every op has its final answer; yields those."""
        waiting, self.phone.outbox = list(self.phone.outbox), []
        while waiting:
            body, headers = self.phone.signed_push(waiting)
            response = self._line.ask(lambda b=body, h=headers: self._post(b, h))
            if response is None:
                continue
            self.phone.take_token(response.json())
            answers = response.json()["answers"]
            if len(answers) != len(waiting):
                self._line.fault(f"{len(answers)} answers to {len(waiting)} ops")
            final = [answer for answer in answers if self._note(answer)]
            done.put(sum(self._ops[answer["op"]]["kind"] == "enrol" for answer in final))
            waiting = [line for line, answer in zip(waiting, answers, strict=True) if answer["status"] not in FINAL]
            yield from final

    def _note(self, answer: dict[str, Any]) -> bool:
        told = {"status": answer["status"], "code": (answer["result"] or {}).get("payment_code")}
        op = self._ops[answer["op"]]
        if answer["status"] not in FINAL | {"received", "held"}:
            self._line.fault(f"{answer}")
        op["answer"] = told
        return answer["status"] in FINAL

    def _post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return self.phone.http.post("/api/v1/sync/push", content=body, headers=headers)


@dataclass
class Bank:
    """Notifies ``payments`` payments, each until it is answered for good; one in ten once more after that."""

    origin: str
    credentials: Credentials
    payments: int
    seed: int

    def run(self, codes: "Queue[tuple[str, int]]", done: "Queue[int]") -> dict[str, Any]:
        """``payments``: (code, rupiah, paymentRequestId) of what we acknowledged."""
        self._line = Line(Random(self.seed))
        self._bank = BankSimulator(self.origin, self.credentials, client=httpx.Client(timeout=20))
        paid: list[tuple[str, int, str]] = []
        while len(paid) < self.payments:
            code, rupiah = codes.get(timeout=300)
            message = self._bank.payment(code, rupiah)
            self._notify(message)
            paid.append((code, rupiah, message["paymentRequestId"]))
            done.put(1)
            if self._line.random.random() < 0.1:
                self._notify(message)
        return {"payments": paid, "score": self._line.score, "faults": self._line.faults}

    def _notify(self, message: dict[str, Any]) -> None:
        """Repeats under the same X-EXTERNAL-ID or a new one, as banks do either; a conflict is settled by asking."""
        external_id, used = new_external_id(), set[str]()
        while True:
            if self._line.random.random() < 0.5:
                external_id = new_external_id()
            allowed = frozenset({200, 409}) if external_id in used else frozenset({200})
            used.add(external_id)
            send = lambda e=external_id: self._bank.send("/transfer-va/payment", message, external_id=e)  # noqa: E731
            response = self._line.ask(send, allowed=allowed)
            if response is not None and (response.status_code == 200 or self._is_booked(message)):
                return

    def _is_booked(self, message: dict[str, Any]) -> bool:
        code, request_id = message["customerNo"], message["paymentRequestId"]
        while (response := self._line.ask(lambda: self._bank.ask_status(code, request_id))) is None:
            continue
        return bool(response.json()["virtualAccountData"]["paymentFlagStatus"] == "00")
