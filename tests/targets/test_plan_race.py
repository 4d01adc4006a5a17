"""Two officers at one plan in the same moment: one is done, the other is told."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from perisai.errors import Refused
from perisai.targets import plan
from perisai.targets.plan import Cell
from perisai.targets.plan_place import get_home
from tests.targets.conftest import YEAR, Country, month


def both(act: Callable[[bool], object]) -> list[str]:
    """Runs it twice at once, as each of the two officers; what each was told, "" where it was done."""
    told: list[str] = []
    barrier = Barrier(2, timeout=20)

    def run(second: bool) -> None:
        try:
            barrier.wait()
            act(second)
            told.append("")
        except Refused as refused:
            told.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[second], daemon=True) for second in (False, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return sorted(told)


def test_one_of_two_begins_a_version(country: Country) -> None:
    def begin(second: bool) -> None:
        with country.work(second=second) as work:
            plan.start(work, home=get_home(work, country.branch), year=YEAR, from_month=month(1))

    assert both(begin) == ["", "E5011"]


def test_one_of_two_changes_a_figure_and_nothing_is_half_done(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
    cells = [Cell("branch", str(country.branch), month(n), "BPU", "persons") for n in range(1, 13)]

    def change(second: bool) -> None:
        with country.work(second=second) as work:
            value = 70 if second else 50
            plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=dict.fromkeys(cells, value))

    assert both(change) == ["", "E5012"]
    with country.work() as work:
        assert len(set(plan.figures(work, home=home, plan_id=plan_id).values())) == 1
