"""The shapes of the rule files in ``rules/``: frozen, every figure with its reference, money in whole rupiah."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Text = Annotated[str, Field(strict=True, min_length=1)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Signed = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
PerTenThousand = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Programme = Literal["JKK", "JKM", "JHT"]
Sector = Literal["transport", "other"]
SHAPE = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=SHAPE)
class Words:
    """One text in both languages of the screens."""

    id: Text
    en: Text


@dataclass(frozen=True, config=SHAPE)
class SourcesFile:
    """References and reasons as they stand in the other files, and what they are called in Indonesian."""

    sources: dict[Text, Text]


@dataclass(frozen=True, config=SHAPE)
class Value:
    value: Whole
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Figure:
    """A figure by the first day it holds for."""

    what: Words
    unit: Text
    values: Annotated[dict[date, Value], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Band:
    """One row of the annex; ``at_least`` is the cut, ``printed_to`` only what the annex prints."""

    row: Whole
    at_least: Whole
    printed_to: Whole | None
    base: Whole


@dataclass(frozen=True, config=SHAPE)
class BandTable:
    reference: Text
    rows: Annotated[tuple[Band, ...], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Bands:
    what: Words
    unit: Text
    values: Annotated[dict[date, BandTable], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Tariff:
    jkk: Figure
    jkm: Figure
    jht: Figure
    bands: Bands


@dataclass(frozen=True, config=SHAPE)
class TariffFile:
    tariff: Tariff


@dataclass(frozen=True, config=SHAPE)
class ReliefPart:
    unit: Text
    value: PerTenThousand
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class StateFunded:
    applies: Flag
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Window:
    """Contribution months from ``first_month`` to ``last_month``, both included, as first days of month."""

    sectors: Annotated[tuple[Sector, ...], Field(min_length=1)]
    first_month: date
    last_month: date
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Condition:
    what: Words
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Relief:
    id: Text
    name: Words
    relief: ReliefPart
    programmes: Annotated[tuple[Programme, ...], Field(min_length=1)]
    state_funded: StateFunded
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    conditions: tuple[Condition, ...]
    benefits_reduced: Flag


@dataclass(frozen=True, config=SHAPE)
class ReliefFile:
    reliefs: tuple[Relief, ...]


@dataclass(frozen=True, config=SHAPE)
class OccupationGroup:
    code: Text
    sector: Sector
    name: Words
    jobs: Annotated[dict[Text, Words], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class OccupationFile:
    reference: Text
    groups: Annotated[tuple[OccupationGroup, ...], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Consent:
    """One wording of one purpose, from the day ``since``; wordings are kept for ever."""

    purpose: Text
    version: Text
    since: date
    required: Flag
    title: Words
    text: Words


@dataclass(frozen=True, config=SHAPE)
class ConsentFile:
    reference: Text
    consents: Annotated[tuple[Consent, ...], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class EntryRule:
    """A limit on who may enter; ``refuse`` or ``warn`` by the quality of its source."""

    what: Words
    unit: Text
    verdict: Literal["refuse", "warn"]
    values: Annotated[dict[date, Value], Field(min_length=1)]
    text: Words


@dataclass(frozen=True, config=SHAPE)
class ProgrammeRule:
    what: Words
    verdict: Literal["refuse", "warn"]
    programmes: tuple[Programme, ...]
    reference: Text
    text: Words


@dataclass(frozen=True, config=SHAPE)
class EntryRules:
    age_upper: EntryRule
    age_lower: EntryRule
    income_lowest: EntryRule
    jobs_most: EntryRule
    jobs_least: EntryRule
    months_least: EntryRule
    months_most: EntryRule
    programmes_mandatory: ProgrammeRule
    programmes_employer: ProgrammeRule


@dataclass(frozen=True, config=SHAPE)
class Prepayment:
    months: tuple[Whole, ...]
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Reading:
    value: Whole
    says: Words
    reference: Text
    day: Whole | None = None


@dataclass(frozen=True, config=SHAPE)
class OpenQuestion:
    """Where sources disagree: every reading, the one the platform follows, and why."""

    question: Words
    unit: Text
    readings: Annotated[dict[Text, Reading], Field(min_length=2)]
    chosen: Text
    why: Text


@dataclass(frozen=True, config=SHAPE)
class EntryFile:
    rules: EntryRules
    prepayment_offered: Prepayment
    open_questions: dict[Text, OpenQuestion]


@dataclass(frozen=True, config=SHAPE)
class AgeRange:
    lowest: Whole
    highest: Whole
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class StandInDate:
    month: Whole
    day: Whole
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class StandInDay:
    day: Whole
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Provinces:
    reference: Text
    by_code: dict[Text, Text]


@dataclass(frozen=True, config=SHAPE)
class NumberFinding:
    verdict: Literal["refuse", "evidence", "note"]
    text: Words


@dataclass(frozen=True, config=SHAPE)
class NikRules:
    age_range: AgeRange
    woman_adds_to_day: Value
    stand_in_dates: tuple[StandInDate, ...]
    stand_in_days: tuple[StandInDay, ...]
    misread: dict[Text, Text]
    provinces: Provinces
    findings: dict[Text, NumberFinding]


@dataclass(frozen=True, config=SHAPE)
class Titles:
    before: tuple[Text, ...]
    after: tuple[Text, ...]


@dataclass(frozen=True, config=SHAPE)
class Similarity:
    floor: Whole
    one_word_factor: Whole


@dataclass(frozen=True, config=SHAPE)
class Weights:
    """Points for and against two records being of one person."""

    nik_same: Signed
    kk_same: Signed
    phone_same: Signed
    phone_family_same: Signed
    birth_date_same: Signed
    birth_date_stand_in_same: Signed
    birth_date_day_month_swapped: Signed
    birth_year_only_same: Signed
    birth_place_same: Signed
    village_same: Signed
    sex_differs: Signed
    name_equal: Signed
    name_similar: Signed
    name_common_factor: Signed


@dataclass(frozen=True, config=SHAPE)
class Thresholds:
    review: Whole
    same: Whole
    candidates_most: Whole


@dataclass(frozen=True, config=SHAPE)
class IdentityRules:
    reference: Text
    titles: Titles
    variants: dict[Text, tuple[Text, ...]]
    common_words: dict[Text, Whole]
    rare_share: Whole
    similarity: Similarity
    weights: Weights
    thresholds: Thresholds


@dataclass(frozen=True, config=SHAPE)
class VersionFile:
    name: Text
