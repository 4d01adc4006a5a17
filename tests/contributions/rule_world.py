"""What tests of changes need: two people of head office, texts of rule files with something changed, and a clean table after."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

import psycopg

from perisai.contributions.rule_changes import change as rule_change
from perisai.contributions.rule_changes import form as rule_form
from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rules import in_force as rules
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work

_serials = count(1)
CEILING = '      2026-03-01: {value: 11086300, reference: "Circular B/1226/022026 of 25 February 2026"}\n'
NEXT_CEILING = '      2027-03-01: {value: 11640600, reference: "Circular of February 2027"}\n'


def user(role: str = "head_office") -> UUID:
    """Somebody of head office."""
    user_id = uuid7()
    with Work(scope=Scope.of(())) as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, path, code, name, timezone, regencies, address, is_demo, is_open)"
            " VALUES (1, 'head', ARRAY[1], 'KP-UJI', 'Kantor Pusat', 'Asia/Jakarta', '{}', '', true, true)"
            " ON CONFLICT DO NOTHING"
        )
        work.execute(
            "INSERT INTO accounts_user (id, username, email, full_name, role, office_id, language, is_active,"
            " must_change_password, created_at, password, is_superuser)"
            " VALUES (%s, %s, '', 'Pusat Uji', %s, 1, 'id', true, false, now(), '!', false)",
            [user_id, f"pusat-{next(_serials)}-{user_id.hex[-6:]}", role],
        )
    return user_id


def acting(user_id: UUID | None) -> Work:
    return Work(scope=Scope.nation(), actor=Actor(user_id=user_id))


def changed(file: str, old: str, new: str) -> str:
    text = rule_text.text_in_force(file)
    assert old in text
    return text.replace(old, new, 1)


def next_ceiling() -> str:
    return changed("pu_tariff.yaml", CEILING, CEILING + NEXT_CEILING)


def tried(change_id: UUID) -> None:
    """As if the job had looked at nobody."""
    now = datetime.now(UTC)
    with acting(None) as work:
        work.execute(
            "INSERT INTO contributions_rule_trial (id, change_id, state, first_month, months, branches, done, result, asked_at,"
            " moved_at) VALUES (%s, %s, 'done', '2027-03-01', 12, 0, 0, '{}', %s, %s)",
            [uuid7(), change_id, now, now],
        )


def publish(since: date, value: int, *, today: date, file: str = "bpu_tariff.yaml", key: str = "tariff.jkm") -> UUID:
    """A figure (made up) from a month on, as two people of head office publish it; the change."""
    text = rule_form.add_value(rule_text.text_in_force(file), key=key, since=since, value=value, reference="Uji coba")
    with acting(user()) as work:
        made = rule_change.propose(
            work, file=file, text=text, why="Uji coba saja", is_correction=since <= today, today=today
        )
    tried(made)
    with acting(user()) as work:
        rule_change.approve(work, change_id=made, reason="", today=today)
    rules.load_now()  # or it would be taken up within a second
    return made


@contextmanager
def clean_rules() -> Iterator[None]:
    """The rules of the release again afterwards, for whoever tests next."""
    try:
        yield
    finally:
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
            owner.execute("DELETE FROM contributions_reprice")
            for table in ("trial", "set", "step", "change"):
                owner.execute(f"DELETE FROM contributions_rule_{table}")  # type: ignore[arg-type]  # one of four
        folder = rules.published_folder()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        rules.forget()
