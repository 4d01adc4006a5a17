"""Phones that push all at once while processes are killed. Each push runs in a process of its own, through the whole application,
so that killing it kills a web process in the middle of its transaction."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization

from perisai.web.simulate.phone import Phone
from tests.world import Branch, make_agent, make_device, worker

SECONDS = 110
MOST_AT_ONCE = 40
"""Processes: the database of tests takes no hundred connections. Beyond, each pushes for several phones, one after the other."""


def application() -> httpx.Client:
    from perisai.web.wsgi import application as wsgi

    return httpx.Client(transport=httpx.WSGITransport(app=wsgi), base_url="http://localhost")


def make_phone(branch: Branch) -> Phone:
    phone = Phone(application())
    spki = phone.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    phone.device = str(make_device(make_agent(branch), spki))
    phone.sync_time()
    return phone


def capture(phone: Phone, many: int) -> None:
    for _ in range(many):
        phone.op("enrol", worker())


def push_until_judged(phone: Phone, *, at_once: int) -> list[dict[str, Any]]:
    """Sends all again, however much of it was received before; answers of all in order."""
    lines = list(phone.outbox)
    answers: list[dict[str, Any]] = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        phone.outbox = list(lines)
        try:
            answers = phone.push(at_once)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 503:  # busy: come back
                raise
            continue
        if not {"received", "held"} & {answer["status"] for answer in answers}:
            return answers
    raise AssertionError(f"not judged in {SECONDS} s: {answers}")


def in_processes(jobs: list[Callable[[], Any]]) -> list[Callable[[], list[Any]]]:
    """The jobs, dealt out to so many processes; the first has the first of each round."""
    many = min(len(jobs), MOST_AT_ONCE)
    return [lambda mine=jobs[n::many]: [job() for job in mine] for n in range(many)]  # type: ignore[misc]


def in_order(dealt: list[list[Any]]) -> list[Any]:
    """Results of ``in_processes`` in the order of the jobs."""
    return [some[turn] for turn in range(len(dealt[0])) for some in dealt if turn < len(some)]


def kill_some(jobs: list[Callable[[], Any]], *, kill: int, seed: int) -> int:
    """Forks a process a job, lets all begin at once and kills ``kill`` of them (SIGKILL) at random moments while they work: these
    do their job again and again until then, however quick the machine is. The rest come to their end. Returns how many were
    killed. None is left."""
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    drawn = random.Random(seed)
    context = multiprocessing.get_context("fork")
    # The end of a pipe: whoever is killed holds nothing that others wait for.
    gate, hold = os.pipe()
    victims = drawn.sample(range(len(jobs)), kill)

    def child(index: int) -> None:
        os.close(hold)
        os.read(gate, 1)
        jobs[index]()
        while index in victims:
            jobs[index]()

    processes = [context.Process(target=child, args=(index,), daemon=True) for index in range(len(jobs))]
    try:
        for process in processes:
            process.start()
        os.close(hold)
        for victim in victims:
            time.sleep(drawn.uniform(0, 0.4 / kill))
            processes[victim].kill()
        for process in processes:
            process.join(SECONDS)
            assert not process.is_alive(), "a push hangs"
    finally:
        os.close(gate)
        for process in processes:
            process.kill()
            process.join(5)
    return sum(process.exitcode == -signal.SIGKILL for process in processes)
