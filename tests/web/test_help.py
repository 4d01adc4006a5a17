"""``--help`` of every command says what it takes, and runs nothing."""

from importlib import import_module
from pathlib import Path

import pytest

from perisai.web import cli

COMMANDS = (
    "demo", "up", "practice", "migrate", "worker", "manage", "simulate", "bench", "audit", "reconcile", "books", "boundaries",
    "doctor",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_of_a_command_is_printed_and_nothing_runs(
    command: str, word: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("resolve", "database", "django"):
        monkeypatch.setattr(f"perisai.web.commands.{name}", None)
    try:
        code = cli.main([command, word])
    except SystemExit as ended:  # argparse's own way
        code = int(ended.code or 0)
    said = capsys.readouterr().out
    assert code == 0
    assert f"perisai {command}" in said
    assert "usage:" in said


def test_every_command_is_asked_here(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    listed = {line.split()[0] for line in said.splitlines() if line.startswith("    ") and line[4:5].isalpha()}
    assert listed == set(COMMANDS)


def test_help_of_benches_names_them_all_and_says_what_one_measures(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).resolve().parents[2]
    assert cli.main(["bench", "--help"]) == 0
    said = capsys.readouterr().out
    for path in (root / "bench").glob("[!_]*.py"):
        assert f"  {path.stem} " in said
        assert callable(import_module(f"bench.{path.stem}").run), "and it can be run"
    assert cli.main(["--data", "x", "bench", "dashboards", "--help"]) == 0
    assert "ten million" in capsys.readouterr().out
