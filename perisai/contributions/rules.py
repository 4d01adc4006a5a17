"""The rules in force: read from ``rules/*.yaml`` once, checked, and handed to Python (``load``) and phones
(``rules_for_phone``). Pure: no database, no clock. Nothing here is a figure of law."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from perisai.contributions import rulecheck
from perisai.contributions.rulefile import RulesError, read_file
from perisai.contributions.ruleshape import (
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
    Tariff,
    TariffFile,
    VersionFile,
    Words,
)
from perisai.contributions.ruleshape_cover import CoverFile
from perisai.contributions.ruleshape_pu import PuFile, PuRelief, PuReliefFile

__all__ = [
    "DIRECTORY",
    "Rules",
    "RulesError",
    "consents_on",
    "load",
    "open_question_values",
    "rules_for_phone",
    "sector_of",
    "text_hash",
]

DIRECTORY = Path(__file__).resolve().parents[2] / "rules"


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


@cache
def load(directory: Path = DIRECTORY) -> Rules:
    """The rules of ``directory``, read once a process; raises RulesError with file, line and reason."""
    name = read_file(directory / "version.yaml", VersionFile).name
    groups = read_file(directory / "occupations.yaml", OccupationFile).groups
    rules = Rules(
        version=f"{name}.{_fingerprint(directory)}",
        name=name,
        tariff=read_file(directory / "bpu_tariff.yaml", TariffFile).tariff,
        reliefs=read_file(directory / "bpu_relief.yaml", ReliefFile).reliefs,
        occupations=groups,
        consents=read_file(directory / "consents.yaml", ConsentFile).consents,
        entry=read_file(directory / "bpu_entry.yaml", EntryFile),
        nik=read_file(directory / "nik.yaml", NikRules),
        identity=read_file(directory / "identity.yaml", IdentityRules),
        sectors={f"{group.code}.{job}": group.sector for group in groups for job in group.jobs},
        pu=read_file(directory / "pu_tariff.yaml", PuFile),
        pu_reliefs=read_file(directory / "pu_relief.yaml", PuReliefFile).reliefs,
        cover=read_file(directory / "bpu_cover.yaml", CoverFile),
    )
    _check(directory, rules)
    return rules


def _check(directory: Path, rules: Rules) -> None:
    problems = [
        *(("bpu_tariff.yaml", said) for said in rulecheck.tariff_problems(rules.tariff)),
        *(("bpu_relief.yaml", said) for said in rulecheck.relief_problems(rules.reliefs)),
        *(("bpu_relief.yaml", said) for said in rulecheck.relief_fraction_problems(rules.tariff, rules.reliefs)),
        *(("occupations.yaml", said) for said in rulecheck.occupation_problems(rules.occupations)),
        *(("consents.yaml", said) for said in rulecheck.consent_problems(rules.consents)),
        *(("bpu_entry.yaml", said) for said in rulecheck.entry_problems(rules.entry)),
    ]
    if problems:
        raise RulesError("\n".join(f"{directory / file}: {said}" for file, said in problems))


def _fingerprint(directory: Path) -> str:
    whole = sha256()
    for path in sorted(directory.glob("*.yaml")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
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


@cache
def rules_for_phone(directory: Path = DIRECTORY) -> dict[str, Any]:
    """What a phone computes with, as JSON; months are ``2026-01``, days ``2026-01-01``. Do not change the answer.

    Everything dated is in it, also what holds from a later day on: a phone without network follows a change on its day.
    Whatever is dated is in the order of its days.
    """
    rules = load(directory)
    return {
        "version": rules.version,
        "tariff": {
            **_tariff_json(rules.tariff),
            "reliefs": [_relief_json(relief) for relief in rules.reliefs],
            "entry": _entry_json(rules.entry),
        },
        "occupations": [_group_json(group) for group in rules.occupations],
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
