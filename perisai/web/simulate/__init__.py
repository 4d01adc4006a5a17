"""Simulated phones and banks, over real HTTP, for the demo and for tests."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """``[what, option, ...]``: hands on to the simulator and returns its exit code."""
    what, *rest = arguments
    if what == "bank":
        from perisai.web.simulate import bank

        return bank.main(rest)
    from perisai.web.simulate import field

    return field.main(rest)
