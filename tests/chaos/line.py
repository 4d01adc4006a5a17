"""A line to a server that is killed again and again: whoever calls tries until there is an answer, and keeps the score."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

SECONDS = 600.0
"""How long an actor tries before it says that the server never came back."""


@dataclass
class Line:
    """``score`` counts answers by status and cut connections; ``faults`` are answers that nobody may ever get."""

    random: random.Random
    score: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def ask(
        self, send: Callable[[], httpx.Response], *, allowed: frozenset[int] = frozenset({200})
    ) -> httpx.Response | None:
        """One try. None: nobody answered, or the database is away, or it was a fault; try again after a moment."""
        assert time.monotonic() < self.until, f"no answer in {SECONDS} s: {self.score} {self.faults[:3]}"
        try:
            response = send()
        except httpx.TransportError as error:
            self.score[f"cut off ({type(error).__name__})"] += 1
        except httpx.HTTPStatusError as error:  # of a token that the bank asked for on the way
            self._take(error.response, allowed=frozenset())
        else:
            if self._take(response, allowed):
                return response
        time.sleep(self.random.uniform(0.05, 0.5))
        return None

    def _take(self, response: httpx.Response, allowed: frozenset[int]) -> bool:
        self.score[str(response.status_code)] += 1
        if response.status_code in allowed:
            return True
        if response.status_code != 503:
            self.fault(f"{response.request.url.path}: {response.status_code} {response.text[:500]}")
        elif not response.headers.get("Retry-After", "").isdigit():
            self.fault(f"{response.request.url.path}: 503 without Retry-After")
        return False

    def fault(self, text: str) -> None:
        self.faults.append(text)
        assert len(self.faults) < 20, self.faults
