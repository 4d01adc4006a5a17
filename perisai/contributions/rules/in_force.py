"""The rules in force: read from ``rules/*.yaml``, checked, and handed to Python (``load``) and phones (``rules_for_phone``).

What two people approved lies in the data folder (``rule_changes.publish``) and goes before the file of the same name here; every
process takes it up within a second. No database. Nothing here is a figure of law."""

import logging
import os
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

from perisai.contributions.rules import check as rulecheck
from perisai.contributions.rules import check_pu as rulecheck_pu
from perisai.contributions.rules import json_pu as rules_json_pu
from perisai.contributions.rules.shape import (
    Consent,
    ConsentFile,
    EntryFile,
    Figure,
    IdentityRules,
    NikRules,
    OccupationFile,
    OccupationGroup,
    Relief,
    ReliefFile,
    Sector,
    SourcesFile,
    Tariff,
    TariffFile,
    VersionFile,
    Words,
)
from perisai.contributions.rules.shape_cover import CoverFile
from perisai.contributions.rules.shape_pu import PuFile, PuRelief, PuReliefFile
from perisai.rulefile import RulesError, read_file

__all__ = [
    "CHANGEABLE",
    "DIRECTORY",
    "Rules",
    "RulesError",
    "consents_on",
    "forget",
    "load",
    "load_now",
    "open_question_values",
    "published_number",
    "read_rules",
    "rules_for_phone",
    "sector_of",
    "text_hash",
]

DIRECTORY = Path(__file__).resolve().parents[3] / "rules"


@dataclass(frozen=True, eq=False)
class Rules:
    """All rules, checked. ``version`` is the name people use and a hash of every file, such as ``2026-11.3fa41c09``."""

    version: str
    name: str
    tariff: Tariff
    reliefs: tuple[Relief, ...]
    occupations: tuple[OccupationGroup, ...]
    consents: tuple[Consent, ...]
    entry: EntryFile
    nik: NikRules
    identity: IdentityRules
    sectors: dict[str, Sector]
    pu: PuFile
    pu_reliefs: tuple[PuRelief, ...]
    cover: CoverFile
    sources: dict[str, str]
    """What a reference or reason of these files is called in Indonesian; a name alone is not here."""


log = logging.getLogger(__name__)

CHANGEABLE: Final = (
    "bpu_tariff.yaml", "bpu_relief.yaml", "bpu_entry.yaml", "bpu_cover.yaml", "pu_tariff.yaml", "pu_relief.yaml",
)  # fmt: skip
"""Files that may be changed while the platform runs. The others (kinds of work, consents, NIK, names) come with a release."""
POINTER: Final = "in-force"
"""File of the data folder's ``rules/`` that holds the number of the set in force; the set is the folder of that name."""
_LOOK_EVERY: Final = 1.0


class _Seen:
    """What this process has read last, and when it looked."""

    def __init__(self) -> None:
        self.looked_at = float("-inf")
        self.mark: tuple[int, int] | None = None
        self.rules: Rules | None = None
        self.lock = Lock()


_seen = _Seen()


def load(directory: Path | None = None) -> Rules:
    """The rules in force; those of ``directory`` alone where it is given. Raises RulesError with file, line and reason.

    A set that was published since is taken up within a second. One that cannot be read then leaves the process with what it had;
    one that cannot be read at the start is refused.
    """
    if directory is not None:
        return _read(directory, None)
    if _seen.rules is not None and monotonic() - _seen.looked_at < _LOOK_EVERY:
        return _seen.rules
    return _look()


def load_now() -> Rules:
    """As ``load``, with what was published a moment ago."""
    return _look()


def published_number() -> int:
    """The number of the set in force on this machine; 0 where the files of the release are."""
    folder = published_set()
    return int(folder.name.partition("-")[0]) if folder else 0


def forget() -> None:
    """Looks again at the next ``load``, and reads every file anew."""
    _seen.rules, _seen.mark, _seen.looked_at = None, None, float("-inf")
    _read.cache_clear()


def published_folder() -> Path | None:
    """Where approved sets lie; None where the process has no data folder."""
    data = os.environ.get("PERISAI_DATA")
    return Path(data) / "rules" if data else None


def published_set() -> Path | None:
    """The folder of the set in force; None where the files of the release are."""
    folder = published_folder()
    try:
        number = (folder / POINTER).read_text(encoding="ascii").strip() if folder else ""
    except FileNotFoundError:
        return None
    return folder / number if folder and number else None


def _look() -> Rules:
    with _seen.lock:
        mark = _mark()
        if _seen.rules is None or mark != _seen.mark:
            _take(mark)
        _seen.looked_at = monotonic()
        assert _seen.rules is not None
        return _seen.rules


def _take(mark: tuple[int, int] | None) -> None:
    try:
        _seen.rules = _read(DIRECTORY, published_set())
    except RulesError:
        if _seen.rules is None:
            raise
        log.exception("the rules that were published last cannot be read; the ones before stay in force here")
    _seen.mark = mark


def _mark() -> tuple[int, int] | None:
    folder = published_folder()
    try:
        found = os.stat(folder / POINTER) if folder else None
    except FileNotFoundError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None


@lru_cache(maxsize=8)
def _read(directory: Path, over: Path | None) -> Rules:
    return read_rules(directory, over)


def read_rules(directory: Path, over: Path | None) -> Rules:
    """Reads and checks all files; one that is in ``over`` goes before that of the same name in ``directory``."""

    def at(name: str) -> Path:
        return over / name if over and (over / name).exists() else directory / name

    name = read_file(at("version.yaml"), VersionFile).name
    groups = read_file(at("occupations.yaml"), OccupationFile).groups
    rules = Rules(
        version=f"{name}.{_fingerprint(directory, over)}",
        name=name,
        tariff=read_file(at("bpu_tariff.yaml"), TariffFile).tariff,
        reliefs=read_file(at("bpu_relief.yaml"), ReliefFile).reliefs,
        occupations=groups,
        consents=read_file(at("consents.yaml"), ConsentFile).consents,
        entry=read_file(at("bpu_entry.yaml"), EntryFile),
        nik=read_file(at("nik.yaml"), NikRules),
        identity=read_file(at("identity.yaml"), IdentityRules),
        sectors={f"{group.code}.{job}": group.sector for group in groups for job in group.jobs},
        pu=read_file(at("pu_tariff.yaml"), PuFile),
        pu_reliefs=read_file(at("pu_relief.yaml"), PuReliefFile).reliefs,
        cover=read_file(at("bpu_cover.yaml"), CoverFile),
        sources=read_file(at("sources.yaml"), SourcesFile).sources,
    )
    problems = [f"{at(file)}: {said}" for file, said in _problems(rules)]
    if problems:
        raise RulesError("\n".join(problems))
    return rules


def _problems(rules: Rules) -> list[tuple[str, str]]:
    return [
        *(("bpu_tariff.yaml", said) for said in rulecheck.tariff_problems(rules.tariff)),
        *(("bpu_relief.yaml", said) for said in rulecheck.relief_problems(rules.reliefs)),
        *(("bpu_relief.yaml", said) for said in rulecheck.relief_fraction_problems(rules.tariff, rules.reliefs)),
        *(("occupations.yaml", said) for said in rulecheck.occupation_problems(rules.occupations)),
        *(("consents.yaml", said) for said in rulecheck.consent_problems(rules.consents)),
        *(("bpu_entry.yaml", said) for said in rulecheck.entry_problems(rules.entry)),
        *(("pu_tariff.yaml", said) for said in rulecheck_pu.tariff_problems(rules.pu)),
        *(("pu_relief.yaml", said) for said in rulecheck_pu.relief_problems(rules.pu_reliefs)),
        *(("bpu_cover.yaml", said) for said in rulecheck_pu.cover_problems(rules.cover)),
    ]


def _fingerprint(directory: Path, over: Path | None) -> str:
    whole = sha256()
    paths = {path.name: path for folder in (directory, over) if folder for path in folder.glob("*.yaml")}
    for name, path in sorted(paths.items()):
        whole.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return whole.hexdigest()[:8]


def sector_of(job: str, *, rules: Rules | None = None) -> Sector:
    """The sector of an occupation code; KeyError where there is no such code."""
    return (rules or load()).sectors[job]


def consents_on(day: date, *, rules: Rules | None = None) -> dict[str, Consent]:
    """The wording of each purpose that holds on ``day``."""
    chosen: dict[str, Consent] = {}
    for consent in sorted((rules or load()).consents, key=lambda c: c.since):
        if consent.since <= day:
            chosen[consent.purpose] = consent
    return chosen


def text_hash(text: str) -> str:
    """SHA-256, in hex, of the UTF-8 bytes of a consent as it was shown."""
    return sha256(text.encode()).hexdigest()


def rules_for_phone(directory: Path | None = None) -> dict[str, Any]:
    """What a phone computes with, as JSON; months are ``2026-01``, days ``2026-01-01``. Do not change the answer.

    Everything dated is in it, also what holds from a later day on: a phone without network follows a change on its day.
    Whatever is dated is in the order of its days.
    """
    return _for_phone(load(directory))


@lru_cache(maxsize=4)
def _for_phone(rules: Rules) -> dict[str, Any]:
    return {
        "version": rules.version,
        "tariff": {
            **_tariff_json(rules.tariff),
            "reliefs": [_relief_json(relief) for relief in rules.reliefs],
            "entry": _entry_json(rules.entry),
        },
        "occupations": [_group_json(group) for group in rules.occupations],
        "pu": rules_json_pu.pu_json(rules),
        "cover": rules_json_pu.cover_json(rules),
        "consents": [_consent_json(consent) for consent in sorted(rules.consents, key=lambda c: c.since)],
        "nik": _nik_json(rules.nik),
    }


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _words(words: Words) -> dict[str, str]:
    return {"id": words.id, "en": words.en}


def _tariff_json(tariff: Tariff) -> dict[str, Any]:
    def dated(figure: Figure) -> list[dict[str, Any]]:
        return [{"first_month": _month(day), "value": figure.values[day].value} for day in sorted(figure.values)]

    return {
        "jkk": dated(tariff.jkk),
        "jkm": dated(tariff.jkm),
        "jht": dated(tariff.jht),
        "bands": [
            {"first_month": _month(day), "rows": [[band.at_least, band.base] for band in tariff.bands.values[day].rows]}
            for day in sorted(tariff.bands.values)
        ],
    }


def _relief_json(relief: Relief) -> dict[str, Any]:
    return {
        "id": relief.id,
        "name": _words(relief.name),
        "part": relief.relief.value,
        "programmes": list(relief.programmes),
        "state_funded": relief.state_funded.applies,
        "windows": [
            {
                "sectors": list(window.sectors),
                "first_month": _month(window.first_month),
                "last_month": _month(window.last_month),
            }
            for window in relief.windows
        ],
    }


def _group_json(group: OccupationGroup) -> dict[str, Any]:
    jobs = [{"code": f"{group.code}.{job}", "name": _words(name)} for job, name in group.jobs.items()]
    return {"code": group.code, "sector": group.sector, "name": _words(group.name), "jobs": jobs}


def _consent_json(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "version": consent.version,
        "since": consent.since.isoformat(),
        "required": consent.required,
        "title": _words(consent.title),
        "text": _words(consent.text),
        "sha256": {"id": text_hash(consent.text.id), "en": text_hash(consent.text.en)},
    }


def _entry_json(entry: EntryFile) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    programmes: dict[str, Any] = {}
    for item in fields(entry.rules):
        rule = getattr(entry.rules, item.name)
        told = {"verdict": rule.verdict, "text": _words(rule.text)}
        if item.name.startswith("programmes_"):
            programmes[item.name] = {**told, "programmes": list(rule.programmes)}
        else:
            dated = [{"since": day.isoformat(), "value": rule.values[day].value} for day in sorted(rule.values)]
            limits[item.name] = {**told, "values": dated}
    return {"limits": limits, "programmes": programmes, "prepayment_offered": list(entry.prepayment_offered.months)}


def _nik_json(nik: NikRules) -> dict[str, Any]:
    return {
        "age_range": [nik.age_range.lowest, nik.age_range.highest],
        "woman_adds_to_day": nik.woman_adds_to_day.value,
        "stand_in_dates": [[stand_in.month, stand_in.day] for stand_in in nik.stand_in_dates],
        "stand_in_days": [stand_in.day for stand_in in nik.stand_in_days],
        "misread": dict(nik.misread),
        "provinces": dict(nik.provinces.by_code),
        "findings": {
            code: {"verdict": finding.verdict, "text": _words(finding.text)} for code, finding in nik.findings.items()
        },
    }


def open_question_values(rules: Rules | None = None) -> dict[str, int]:
    """What the platform does where sources disagree: question -> value of the reading that is chosen."""
    questions = (rules or load()).entry.open_questions
    return {name: asked.readings[asked.chosen].value for name, asked in questions.items()}
