"""What can be looked at: the nation, a region office, a branch, a sub-branch, an agency office, an agent. One set of words for
screens, reports, alerts and answers of the API; plain data, so that processes without Django use it too."""

from dataclasses import dataclass
from uuid import UUID

from perisai.events.queries import Key
from perisai.events.reading import Row

NATION = "nation"
REGION = "region"
BRANCH = "branch"
SUB_BRANCH = "sub_branch"
AGENCY_OFFICE = "agency_office"
AGENT = "agent"

LEVELS = (NATION, REGION, BRANCH, SUB_BRANCH, AGENCY_OFFICE, AGENT)
WHOLE = "all"
"""The key of the nation."""

LETTERS = {SUB_BRANCH: "s", AGENCY_OFFICE: "o", AGENT: "a"}
"""Levels within a branch, and their letter among the counters (``perisai.events.counters.LEVELS``)."""

KINDS = {"head": NATION, "region": REGION, "branch": BRANCH, "sub_branch": SUB_BRANCH, "agency": AGENCY_OFFICE}
"""The level that shows an office of this kind."""


class UnknownScope(LookupError):
    """No office or agent of this kind has this key."""


@dataclass(frozen=True)
class Watch:
    """A scope as it stands in the address: ``key`` is an office id, an agent id, or ``all``."""

    level: str
    key: str

    @classmethod
    def parse(cls, level: str, key: str) -> "Watch":
        """Raises ``UnknownScope`` where the address cannot name a scope."""
        if level not in LEVELS or (level == NATION) != (key == WHOLE):
            raise UnknownScope(f"{level}/{key}")
        if level == AGENT:
            try:
                return cls(level, str(UUID(key)))
            except ValueError as error:
                raise UnknownScope(f"{level}/{key}") from error
        if level != NATION and not (key.isascii() and key.isdigit() and len(key) < 10):
            raise UnknownScope(f"{level}/{key}")
        return cls(level, key if level == NATION else str(int(key)))

    @property
    def has_detail(self) -> bool:
        """Needs what happens inside the branch: its sub-branches, agency offices and agents."""
        return self.level not in (NATION, REGION)


@dataclass(frozen=True)
class Office:
    """A node of the office tree as screens need it."""

    id: int
    kind: str
    parent_id: int | None
    branch_id: int | None
    code: str
    name: str
    timezone: str
    province: str | None
    regencies: tuple[str, ...]
    is_open: bool = True

    @classmethod
    def of(cls, row: Row) -> "Office":
        return cls(
            row["id"], row["kind"], row["parent_id"], row["branch_id"], row["code"], row["name"], row["timezone"],
            row["province_code"], tuple(row["regencies"]), row["is_open"],
        )  # fmt: skip


@dataclass(frozen=True)
class Agent:
    id: str
    branch_id: int
    code: str
    name: str
    sub_branch_id: int | None
    agency_office_id: int | None
    is_active: bool

    @classmethod
    def of(cls, row: Row) -> "Agent":
        return cls(
            str(row["id"]), row["branch_id"], row["code"], row["full_name"], row["sub_branch_id"],
            row["agency_office_id"], row["state"] == "active",
        )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A scope that was found: its branches, its name, and which key its counters have within its branch."""

    watch: Watch
    name: str
    code: str
    branches: tuple[int, ...]
    office: Office | None = None
    agent: Agent | None = None

    @property
    def key(self) -> Key | None:
        """The counters' key inside a branch; None where whole branches are added up."""
        letter = LETTERS.get(self.watch.level)
        return (self.branches[0], letter, self.watch.key) if letter else None
