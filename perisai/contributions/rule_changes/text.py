"""The texts of rule files: those in force, and whether another text could take the place of one."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from perisai.contributions.rule_changes.tree import Difference, Raw, differences, read_tree
from perisai.contributions.rules import in_force as rules_of
from perisai.contributions.rules.in_force import CHANGEABLE, DIRECTORY, Rules, RulesError, read_rules
from perisai.errors import Refused

MOST_BYTES: Final = 200_000


class Checked(NamedTuple):
    """A text that could be in force: the rules it would make, and what they say otherwise."""

    rules: Rules
    differences: list[Difference]


def text_in_force(file: str) -> str:
    """Raises ``Refused`` E4201 for a file that is not changed here."""
    return path_in_force(file).read_text(encoding="utf-8").replace("\r\n", "\n")


def path_in_force(file: str) -> Path:
    if file not in CHANGEABLE:
        raise Refused("E4201", file=file[:60])
    over = rules_of.published_set()
    return over / file if over and (over / file).exists() else DIRECTORY / file


def tidy(text: str) -> str:
    """As it is kept: one kind of line end, one at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def check(file: str, text: str) -> Checked:
    """Reads all rules with ``text`` in place of one file. Raises ``Refused`` E4201, E4202 for one that is too long, E4203 with
    file, line and reason in ``members["problems"]``."""
    now = path_in_force(file)
    if len(text.encode()) > MOST_BYTES or "\0" in text:
        raise Refused("E4202", most=MOST_BYTES // 1000)
    with TemporaryDirectory(prefix="perisai-rules-") as folder:
        over = Path(folder)
        _copy_published(over)
        (over / file).write_text(text, encoding="utf-8")
        try:
            rules = read_rules(DIRECTORY, over)
            found = list(differences(read_tree(now), read_tree(over / file)))
        except RulesError as wrong:
            problems = _told(str(wrong), over)
            raise Refused("E4203", members={"problems": problems}, reason=problems[0]) from wrong
        except RecursionError as wrong:
            raise Refused("E4203", members={"problems": [f"{file}:1"]}, reason=f"{file}:1: too deep") from wrong
    return Checked(rules, found)


def _copy_published(over: Path) -> None:
    published = rules_of.published_set()
    for name in CHANGEABLE if published else ():
        if published and (published / name).exists():
            (over / name).write_bytes((published / name).read_bytes())


def _told(reasons: str, over: Path) -> list[str]:
    """The reasons with the name of the file instead of where it lies here."""
    folders = "|".join(re.escape(f"{folder}/") for folder in (over, DIRECTORY))
    return [re.sub(folders, "", line)[:400] for line in reasons.splitlines()][:50] or ["?"]


def compare(old: str, new: str) -> tuple[Raw, list[Difference]]:
    """The tree of the new text, and what it says otherwise than the old one. Both were checked when they were proposed."""
    with TemporaryDirectory(prefix="perisai-rules-") as folder:
        paths = Path(folder) / "old.yaml", Path(folder) / "new.yaml"
        for path, text in zip(paths, (old, new), strict=True):
            path.write_text(text, encoding="utf-8")
        before, after = (read_tree(path) for path in paths)
    return after, list(differences(before, after))
