"""What each command of ``perisai`` does. Django is imported only after the environment says where everything is."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from perisai.web import banner, practice_world, prepared, services, world_mark
from perisai.web import config as configuration
from perisai.web.child import Service
from perisai.web.config import Config
from perisai.web.postgres import Cluster, running
from perisai.web.supervisor import StepFailed, Stopped, Supervisor, read_state
from perisai.web.world_mark import Kind

OWNER_COMMANDS = frozenset({"migrate", "sqlmigrate", "showmigrations", "dbshell"})
DATABASE_SECONDS = 60.0


class CannotRun(RuntimeError):
    """The command lacks something; the text says what to do."""


def demo(options: argparse.Namespace) -> int:
    os.environ["PERISAI_DEMO"], os.environ["PERISAI_WORLD"] = "1", "demo"
    if options.credentials:
        return _print_credentials(resolve(options), options.years)
    if options.code:
        return _print_code(resolve(options), options.code)
    return _serve(options, kind="demo")


def up(options: argparse.Namespace) -> int:
    if options.practice_url:
        os.environ["PERISAI_PRACTICE_URL"] = options.practice_url
    return _serve(options, kind="real")


def practice(options: argparse.Namespace) -> int:
    """A world beside the real one, in DATA/practice: nothing of the real one's settings or keys goes in."""
    config = practice_world.enter(options.data, host=options.host, port=options.port, live_port=options.live_port)
    os.environ["PERISAI_SUPERVISED"] = "1"
    if options.reset:
        if not practice_world.confirm_reset(config, sure=options.yes):
            return 1
        configuration.ensure_folders(config)
        with running(config.data) if config.embedded else nullcontext():
            practice_world.empty(config)
    return _serve(options, kind="practice", config=config)


def migrate(options: argparse.Namespace) -> int:
    config = resolve(options)
    if not config.owner_url:
        raise CannotRun(
            "DATABASE_OWNER_URL is missing: migrations run as the owner of the tables, everything else as a role "
            "that owns nothing (DATABASE_URL). deploy/roles.sql makes both."
        )
    with database(config):
        return run_step_here(services.migrate(config))


def worker(options: argparse.Namespace) -> int:
    options.rest = ["procrastinate", "worker", *options.rest]
    return manage(options)


def manage(options: argparse.Namespace) -> int:
    config = resolve(options)
    with database(config):
        if options.rest[:1] and options.rest[0] in OWNER_COMMANDS and config.owner_url:
            os.environ["DATABASE_URL"] = config.owner_url
        from django.core.management import execute_from_command_line

        if options.rest[:1] == ["procrastinate"]:  # the worker sends texts: it must know in which world
            from perisai.events import world

            world.check_when_connected()
        execute_from_command_line(["perisai manage", *options.rest])
    return 0


def simulate(options: argparse.Namespace) -> int:
    """Hands on to ``perisai.web.simulate.main([what, --origin ORIGIN, ...])``."""
    os.environ["PERISAI_DEMO"] = "1"
    config = resolve(options)
    if {"-h", "--help"}.intersection(options.rest):
        return _tell_simulator(options.what)
    if read_state(config.run) is None and config.embedded and "PERISAI_SUPERVISED" not in os.environ:
        raise CannotRun(f"Nothing runs on {config.data}: start `perisai demo --data {config.data}` first.")
    with django(config):
        from perisai.web.simulate import main

        given = options.rest if "--origin" in options.rest else ["--origin", config.origin, *options.rest]
        return int(main([options.what, *given]))


def _tell_simulator(what: str) -> int:
    """What a simulator takes; nothing needs to run for that."""
    import django as framework

    framework.setup()
    from perisai.web.simulate import main

    return int(main([what, "--help"]))


def bench(options: argparse.Namespace) -> int:
    from perisai.web.bench import run

    return run(options.name, data=options.data, as_json=options.json, rest=options.rest)


def audit(options: argparse.Namespace) -> int:
    with django(resolve(options)):
        from perisai.web.audit import report

        return report()


def reconcile(options: argparse.Namespace) -> int:
    if (bool(options.statement) and not options.bank) or not (options.statement or options.date):
        raise CannotRun(
            "Say which day (--date YYYY-MM-DD), or which statement of which bank (--statement FILE --bank ID)."
        )
    with django(resolve(options)):
        from perisai.reconciliation import report

        return report.reconcile(on=options.date, bank_id=options.bank, statement=options.statement)


def books(options: argparse.Namespace) -> int:
    if options.at is not None and options.at.tzinfo is None:
        raise CannotRun("Say the time zone too: --at 2026-11-30T23:59:59+07:00.")
    with django(resolve(options)):
        from perisai.payments.books import report as books_report

        return books_report.tell(branch_id=options.branch, at=options.at)


def boundaries(options: argparse.Namespace) -> int:
    try:
        data = Path(options.file).read_bytes()
    except OSError as error:
        raise CannotRun(f"{options.file}: {error.strerror}") from error
    with django(resolve(options)):
        from perisai.offices import boundaries_command

        return boundaries_command.take(
            data, Path(options.file).name, source=options.source, licence=options.licence, edition=options.edition
        )


def doctor(options: argparse.Namespace) -> int:
    from perisai.web.doctor import examine

    return examine(resolve(options))


def resolve(options: argparse.Namespace) -> Config:
    """The configuration of a command, exported; addresses are those of the supervisor that runs, if one does."""
    port = getattr(options, "port", None)
    config = configuration.resolve(
        options.data,
        host=getattr(options, "host", configuration.HOST),
        port=port,
        live_port=getattr(options, "live_port", None),
    )
    state = read_state(config.run) if port is None else None
    if state is not None:
        config = replace(config, origin=state["origin"], live_origin=state["live_origin"])
    configuration.export(config)
    return config


@contextmanager
def database(config: Config) -> Iterator[None]:
    """The database is there for the length of the block: the server's, the supervisor's, or one started for it."""
    if not config.embedded or "PERISAI_SUPERVISED" in os.environ:
        world_mark.export(config.database_url)
        yield
        return
    configuration.ensure_folders(config)
    if read_state(config.run) is not None:
        _wait_for_database(config)
        world_mark.export(config.database_url)
        yield
        return
    with running(config.data):
        world_mark.export(config.database_url)
        yield


@contextmanager
def django(config: Config) -> Iterator[None]:
    """The database and Django, ready to be imported."""
    with database(config):
        import django as framework

        framework.setup()
        yield


def _wait_for_database(config: Config) -> None:
    """A supervisor starts its database again by itself; another command must not do so beside it."""
    cluster, deadline = Cluster(config.data), time.monotonic() + DATABASE_SECONDS
    while not cluster.is_ready():
        if time.monotonic() > deadline:
            raise CannotRun(f"The database of {config.data} does not answer. See {cluster.log}.")
        time.sleep(0.1)


def _serve(options: argparse.Namespace, *, kind: Kind, config: Config | None = None) -> int:
    config = config or configuration.resolve(
        options.data, host=options.host, port=options.port, live_port=options.live_port, is_given_by_port=kind == "demo"
    )
    configuration.export(config)
    os.environ["PERISAI_SUPERVISED"] = "1"
    port = options.port or (practice_world.PORT if kind == "practice" else configuration.PORT)
    layout = services.layout_from_environment(options.host, port, options.live_port or port + 1)
    supervisor = Supervisor(config, layout, shown=not options.quiet)
    try:
        years = options.years if kind == "demo" else 0
        _start(supervisor, kind=kind, with_simulation=kind == "demo" and not options.no_simulate, years=years)
        supervisor.watch()
    except Stopped:
        pass
    finally:
        supervisor.close()
    return 0


def _start(supervisor: Supervisor, *, kind: Kind, with_simulation: bool, years: int) -> None:
    """Database, then preparation, then what serves, then the addresses."""
    config, begun = supervisor.config, time.monotonic()
    supervisor.open()
    _prepare(config, supervisor.run_step, kind=kind, years=years)
    supervisor.keep([services.web(supervisor.layout), services.live(supervisor.layout), services.worker()])
    asked = banner.ask_logins() if kind == "demo" else None
    is_ready = supervisor.wait_ready()
    state = "ready" if is_ready else "started, but not everything answers yet"
    supervisor.say(f"{state} after {time.monotonic() - begun:.1f} s")
    for line in (*banner.addresses(config), *(banner.logins(config, asked) if asked else ())):
        supervisor.say(line)
    if with_simulation:
        supervisor.keep([services.simulate(config)])
    supervisor.say("Ctrl-C stops everything; the data stays.")


def _prepare(config: Config, run_step: Callable[[Service], None], *, kind: Kind, years: int = 0) -> None:
    """Migrations, and the demo world (with ``years`` of history) or else the regions of the country, where the database does not
    have them yet. Raises ``WrongKind`` where the database is of another kind of world."""
    if config.owner_url:
        world_mark.require(config.owner_url, kind)
        _run_missing(config, run_step, [("migrations", prepared.describe_migrations(), services.migrate(config))])
        world_mark.put(config.owner_url, kind)
    else:
        world_mark.require(config.database_url, kind)
    if kind != "real":
        _prepare_demo(config, run_step, years)
    elif config.owner_url and (regions := prepared.describe_regions()):
        _run_missing(config, run_step, [("regions", regions, services.load_regions())])


def _prepare_demo(config: Config, run_step: Callable[[Service], None], years: int) -> None:
    """The world once; where it is there, only the simulated bank's desk follows to the address of this start."""
    is_there = bool(config.owner_url) and prepared.has(config.owner_url, "demo", "jambi")
    if is_there:
        _run_missing(config, run_step, [("desk", config.origin, services.point_desk())])
    else:
        _run_missing(config, run_step, [("demo", "jambi", services.load_demo(years))])
        if config.owner_url:
            prepared.remember(config.owner_url, "desk", config.origin)


def _run_missing(config: Config, run_step: Callable[[Service], None], steps: list[tuple[str, str, Service]]) -> None:
    for what, value, step in steps:
        if not config.owner_url or not prepared.has(config.owner_url, what, value):
            run_step(step)
            if config.owner_url:
                prepared.remember(config.owner_url, what, value)


def _print_credentials(config: Config, years: int) -> int:
    """Prepares an installation that was never started, so that tests may ask first."""
    with database(config):
        if read_state(config.run) is None and "PERISAI_SUPERVISED" not in os.environ:
            _prepare(config, _run_quietly, kind="demo", years=years)
        import django as framework

        framework.setup()
        from perisai.web.demo import credentials

        json.dump(credentials(), sys.stdout, indent=2, default=str)
        print()
    return 0


def _print_code(config: Config, username: str) -> int:
    with django(config):
        import pyotp

        from perisai.web.demo.secret import Secrets

        known = Secrets().logins.get(username)
        if not known or not known.get("totp_secret"):
            raise CannotRun(f"{username} is no login of the demo with a second factor.")
        print(pyotp.TOTP(known["totp_secret"]).now())
    return 0


def _run_quietly(step: Service) -> None:
    if run_step_here(step, quiet=True) != 0:
        raise StepFailed(f"{step.name} failed.")


def run_step_here(step: Service, *, quiet: bool = False) -> int:
    """A preparation step outside a supervisor. It finds the database running."""
    environment = {k: v for k, v in os.environ.items() if k not in step.without} | dict(step.env)
    output = sys.stderr if quiet else None
    return subprocess.run(step.command, env=environment | {"PERISAI_SUPERVISED": "1"}, stdout=output).returncode


def repository() -> Path:
    """The checkout: benches and front ends live beside the package."""
    return Path(__file__).resolve().parent.parent.parent
