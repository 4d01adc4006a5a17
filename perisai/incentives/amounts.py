"""What a month's work is worth by a scheme. Pure. Whole rupiah: what is less than one is dropped, once for each agent and class of
months, once for the cut of each agent, and once for what the office gets on top."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from perisai.incentives.rules import Scheme

WHOLE = 10_000
"""Rates are parts of this."""


@dataclass(frozen=True)
class Counted:
    """What an agent's month has in it."""

    new: dict[int, int] = field(default_factory=dict)
    """New participants by their number of programmes."""
    received: dict[int | None, int] = field(default_factory=dict)
    """Contributions by place of their class; None: past the last class. Rupiah."""


@dataclass(frozen=True)
class Incentive:
    """Of one agent. Rupiah."""

    new: int
    is_reached: bool
    """The threshold of new participants."""
    acquisition: int
    contribution: int
    cut: int
    """What the office takes from the agent; 0 where its share comes on top."""

    @property
    def total(self) -> int:
        return self.acquisition + self.contribution

    @property
    def kept(self) -> int:
        return self.total - self.cut


def incentive(scheme: Scheme, counted: Counted) -> Incentive:
    new = sum(counted.new.values())
    is_reached = new >= scheme.threshold.value
    acquisition = _acquisition(scheme, counted.new) if is_reached else 0
    contribution = sum(
        amount * scheme.contribution[place].rate.value // WHOLE
        for place, amount in counted.received.items()
        if place is not None
    )
    is_cut = scheme.office.taken == "from_agents"
    cut = (acquisition + contribution) * scheme.office.rate.value // WHOLE if is_cut else 0
    return Incentive(new, is_reached, acquisition, contribution, cut)


def office_share(scheme: Scheme, incentives: Iterable[Incentive]) -> int:
    """What the office gets for its agents: the sum of the cuts, or on top of what they get."""
    found = list(incentives)
    if scheme.office.taken == "from_agents":
        return sum(one.cut for one in found)
    return sum(one.total for one in found) * scheme.office.rate.value // WHOLE


def _acquisition(scheme: Scheme, new: dict[int, int]) -> int:
    paid = scheme.acquisition
    if paid.flat is not None:
        return paid.flat.value
    assert paid.per_participant is not None
    return sum(
        count * paid.per_participant[programmes].value
        for programmes, count in new.items()
        if programmes in paid.per_participant
    )
