"""The command ``perisai``. Every command takes ``--data DIR`` (embedded database there) or ``DATABASE_URL``."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime

from perisai.web import commands, config, practice_world
from perisai.web.postgres import DatabaseFailed, DatabaseInUse
from perisai.web.supervisor import InUse, StepFailed
from perisai.web.unprivileged import CannotPrepare
from perisai.web.world_mark import WrongKind

HELP = frozenset({"-h", "--help"})
PASSING = {
    "bench": "",
    "manage": "`perisai manage help` lists Django's commands, `perisai manage help COMMAND` says more of one.",
    "simulate": "`perisai simulate field --help` and `perisai simulate bank --help` list what each takes.",
    "worker": "Options are those of `perisai manage procrastinate worker --help`, such as --concurrency 4 or --queues messages.",
}
"""Commands that hand on what they do not know themselves, and where to read on."""
PLAIN_ERRORS = (InUse, StepFailed, DatabaseFailed, DatabaseInUse, CannotPrepare, WrongKind, commands.CannotRun)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 failed, 2 wrongly called."""
    logging.basicConfig(level=os.environ.get("PERISAI_LOG_LEVEL", "INFO"), format="%(message)s", stream=sys.stderr)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if _asks_for_help(given):
        return 0
    options, rest = build_parser().parse_known_args(given)
    if rest and not options.passes_rest:
        build_parser().error(f"unknown: {' '.join(rest)}")
    options.rest = rest
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except PLAIN_ERRORS as error:
        print(f"perisai: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _asks_for_help(given: list[str]) -> bool:
    """Commands that hand on what they do not know answer ``--help`` themselves where it is the first that is said; a bench has no
    options of its own, so there it is one wherever it stands."""
    where = next((n for n, word in enumerate(given) if word in PASSING), len(given))
    command, rest = given[where : where + 1], given[where + 1 :]
    if not HELP.intersection(rest if command == ["bench"] else rest[:1]):
        return False
    if command == ["bench"]:
        from perisai.web.bench import describe

        print(describe(rest))
        return True
    parser = build_parser()
    action = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    action.choices[command[0]].print_help()
    print(f"\n{PASSING[command[0]]}")
    return True


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="perisai", description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", help="data folder with its own database (default ./data, or PERISAI_DATA)")
    inner = parser.add_subparsers(metavar="COMMAND", required=True)

    demo = _add(inner, "demo", commands.demo, "the Jambi demo world, everything running")
    _add_serving(demo)
    demo.add_argument("--no-simulate", action="store_true", help="a still world: nobody enrols or pays by itself")
    demo.add_argument("--credentials", action="store_true", help="print logins, TOTP secrets and device codes as JSON")
    demo.add_argument(
        "--years",
        type=int,
        choices=(0, 1, 2),
        default=2,
        help="history of a new world before its last two months (default 2)",
    )
    demo.add_argument("--code", metavar="USERNAME", help="print this login's second factor of the moment")

    up = _add(inner, "up", commands.up, "run for real: no demo world")
    _add_serving(up)
    up.add_argument(
        "--practice-url", help="where the practice world is, shown on the console (or PERISAI_PRACTICE_URL)"
    )

    practice = _add(
        inner, "practice", commands.practice, "a world to practise in, in DATA/practice: nothing real in it"
    )
    _add_serving(practice, port=practice_world.PORT)
    practice.add_argument("--reset", action="store_true", help="throw the practice world away and build it anew")
    practice.add_argument("--yes", action="store_true", help="with --reset: do not ask first")

    _add(inner, "migrate", commands.migrate, "bring the database to this version (as its owner)")
    _add(inner, "worker", commands.worker, "only the worker of jobs", passes_rest=True)
    _add(inner, "manage", commands.manage, "a command of Django", passes_rest=True)
    simulate = _add(inner, "simulate", commands.simulate, "simulated phones or bank, over HTTP", passes_rest=True)
    simulate.add_argument("what", choices=["field", "bank"])
    bench = _add(inner, "bench", commands.bench, "measure one thing against its limit, or all", passes_rest=True)
    bench.add_argument("name", nargs="?", help="one of bench/*.py; all of them when absent")
    bench.add_argument("--json", action="store_true")
    audit = _add(inner, "audit", commands.audit, "prove that the books are right")
    audit.add_argument("what", choices=["recount"])
    reconcile = _add(inner, "reconcile", commands.reconcile, "match bank statements, and print a day's state")
    reconcile.add_argument(
        "--date", type=date.fromisoformat, help="the day, YYYY-MM-DD; exit code 1 where something is left"
    )
    reconcile.add_argument("--bank", default="", help="only this bank (its id)")
    reconcile.add_argument("--statement", default="", metavar="FILE", help="take this statement of --bank first")
    books = _add(
        inner, "books", commands.books, "a branch's trial balance at a moment, and whether its books are right"
    )
    books.add_argument("--branch", type=int, required=True, help="the branch's number")
    books.add_argument("--at", type=datetime.fromisoformat, help="the moment, with its time zone (default: now)")
    _add_boundaries(inner)
    _add(inner, "doctor", commands.doctor, "what is missing and how to mend it")
    return parser


def _add_boundaries(inner: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    boundaries = _add(
        inner, "boundaries", commands.boundaries, "take a GeoJSON of boundaries for the maps, or say what is wrong"
    )
    boundaries.add_argument(
        "file", metavar="FILE", help="a FeatureCollection with Kemendagri codes of kecamatan or regencies"
    )
    boundaries.add_argument("--source", required=True, help="who made the data; the map tells it")
    boundaries.add_argument(
        "--licence", required=True, help="the terms under which it may be shown; the map tells them"
    )
    boundaries.add_argument("--edition", required=True, help="its year or edition; the map tells it")


def _add(
    inner: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    passes_rest: bool = False,
) -> argparse.ArgumentParser:
    """A command; with ``passes_rest`` it hands on what it does not know itself."""
    parser = inner.add_parser(name, help=text, description=text, allow_abbrev=False, add_help=not passes_rest)
    parser.add_argument("--data", default=argparse.SUPPRESS, help="data folder with its own database")
    parser.set_defaults(run=run, passes_rest=passes_rest)
    return parser


def _add_serving(parser: argparse.ArgumentParser, *, port: int = config.PORT) -> None:
    parser.add_argument("--host", default=config.HOST, help="0.0.0.0 to be reached from other machines")
    parser.add_argument("--port", type=int, help=f"port of the web (default {port})")
    parser.add_argument("--live-port", type=int, help="port of the live process (default: the next one)")
    parser.add_argument("--quiet", action="store_true", help="the processes' lines only in DATA/log")
