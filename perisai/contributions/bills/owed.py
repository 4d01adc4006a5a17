"""Who is in arrears: one definition for the figure, for the list behind it and for whoever reminds. Pure."""

from typing import Final, LiteralString

OWED: Final[LiteralString] = "{b}.state = 'open' AND {b}.first_month < date_trunc('month', {day}::date)"
"""An unpaid bill ``b`` of a month before that of ``day``."""


def owed(bill: LiteralString, day: LiteralString) -> LiteralString:
    """The condition on a bill under this alias; ``day`` a parameter of the statement."""
    return OWED.replace("{b}", bill).replace("{day}", day)
