"""How much the branch has to look at: 10,000 realistic enrolments through the real push, 100 of them second entries.

Families share a card, a telephone and a village; names are common or of one word; birth dates are often stand-ins.
"""

import random
from collections import Counter
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization

from perisai.members.persons.identity import Identity
from perisai.web.simulate.phone import Phone
from tests.members.population import VILLAGES, Population
from tests.world import make_agent, make_branch, make_device, system_work, worker

PEOPLE, SECOND_ENTRIES, PUSH = 9_900, 100, 200
MOST_FOR_NOTHING = 30
"""Three in a thousand: a branch that takes 10,000 in a year looks at one of them every two weeks."""


def body(person: Identity, serial: int) -> dict[str, object]:
    """The person as a phone sends them, with a NIK of their own."""
    day = person.birth_date.day + (40 if person.sex == "F" else 0)
    district = 157101 + serial // 9_000
    card = int.from_bytes(person.kk_hash[:6], "big") % 10_000 if person.kk_hash else 0
    return worker(
        nik=f"{district}{day:02d}{person.birth_date:%m%y}{serial % 9_000 + 1:04d}",
        kk=f"15710801{int.from_bytes(person.kk_hash[2:4], 'big') % 12 + 1:02d}15{card:04d}" if person.kk_hash else None,
        name=person.name,
        birth_date=person.birth_date.isoformat(),
        birth_place=person.birth_place,
        sex=person.sex,
        phone=person.phone,
        phone_owner="family" if person.phone else "none",
        region=person.region_code,
    )


def test_queue_stays_short_and_still_finds_second_entries(database: Path) -> None:
    from perisai.web.wsgi import application

    population = Population(7)
    # A stand-in date can make somebody of 64 too old to enrol.
    people = [person for person in population.people(PEOPLE + 100) if person.birth_date.year > 1961][:PEOPLE]
    rng = random.Random(7)
    again = [population.second_entry(person) for person in rng.sample(people, SECOND_ENTRIES)]
    branch = make_branch(target=20_000)
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name)"
            " SELECT code, left(code, 8), 4, 'Uji' FROM unnest(%s::text[]) AS code ON CONFLICT DO NOTHING",
            [VILLAGES],
        )
    agent = make_agent(branch)
    with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as http:
        phone = Phone(http)
        spki = phone.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        phone.device = str(make_device(agent, spki))
        phone.sync_time()
        serials = iter(range(PEOPLE + SECOND_ENTRIES))
        for person in people:
            phone.op("enrol", body(person, next(serials)))
        first = Counter(answer["status"] for answer in phone.push(PUSH))
        for person in again:
            phone.op("enrol", body(person, next(serials)))
        second = Counter(answer["status"] for answer in phone.push(PUSH))
    assert first["accepted"] + first["review"] == PEOPLE, first
    assert first["review"] <= MOST_FOR_NOTHING, first
    assert second["review"] >= 0.85 * SECOND_ENTRIES, second
