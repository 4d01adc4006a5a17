"""Simulated phones and banks, over real HTTP, for the demo and for tests."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """``[what, option, ...]``: hands on to the simulator and returns its exit code."""
    what, *rest = arguments
    if what == "bank":
        from perisai.web.simulate.bank import main as pay

        return pay(rest)
    from perisai.web.simulate.field import main as enrol

    return enrol(rest)
