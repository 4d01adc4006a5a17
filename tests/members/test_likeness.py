"""The weights of rules/identity.yaml on 10,000 people: who is bothered for nothing, and who is found a second time."""

from collections import defaultdict

import pytest

from perisai.contributions.rules.in_force import load
from perisai.members.persons.identity import Identity, _as_other, _score
from tests.members.population import Population, keys

PEOPLE = 10_000
SECOND_ENTRIES = 1_000


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(seed=20261122)


@pytest.fixture(scope="module")
def people(population: Population) -> list[Identity]:
    return population.people(PEOPLE)


def _best_scores(people: list[Identity]) -> list[int]:
    """For each person, the best score against the ones before, as they would arrive."""
    before: dict[object, list[int]] = defaultdict(list)
    best = []
    for place, person in enumerate(people):
        met = {other for key in keys(person) for other in before[key]}
        best.append(max((_score(person, _as_other(people[other]))["score"] for other in met), default=0))
        for key in keys(person):
            before[key].append(place)
    return best


def test_score_of_different_people_leaves_the_queue_short(people: list[Identity]) -> None:
    threshold = load().identity.thresholds.review
    bothered = sum(score >= threshold for score in _best_scores(people))
    assert bothered <= 20, f"{bothered} of {PEOPLE} are reviewed for nothing"


def test_score_of_second_entries_finds_most(population: Population, people: list[Identity]) -> None:
    threshold = load().identity.thresholds.review
    found = 0
    for person in people[:SECOND_ENTRIES]:
        again = population.second_entry(person)
        candidate = bool(set(keys(again)) & set(keys(person)))
        found += candidate and _score(again, _as_other(person))["score"] >= threshold
    assert found >= 0.9 * SECOND_ENTRIES, f"only {found} of {SECOND_ENTRIES} second entries are found"
