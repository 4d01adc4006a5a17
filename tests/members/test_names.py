"""Names against cases that people can read and add to: tests/golden/names.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from perisai.members.persons.names import name_key, normalise, similarity, telling_share

CASES: dict[str, list[list[Any]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "golden" / "names.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("name", "normal"), CASES["normalise"])
def test_normalise_drops_titles_and_settles_spelling(name: str, normal: str) -> None:
    assert normalise(name) == normal


@pytest.mark.parametrize(("one", "two"), CASES["same_key"])
def test_name_key_of_one_persons_spellings_is_equal(one: str, two: str) -> None:
    assert name_key(one) == name_key(two) != ""


@pytest.mark.parametrize(("one", "two"), CASES["other_key"])
def test_name_key_of_two_persons_differs(one: str, two: str) -> None:
    assert name_key(one) != name_key(two)


@pytest.mark.parametrize(("one", "two", "least", "most"), CASES["similarity"])
def test_similarity_lies_where_people_put_it(one: str, two: str, least: int, most: int) -> None:
    assert least <= round(similarity(one, two) * 1000) <= most
    assert similarity(one, two) == similarity(two, one)


@pytest.mark.parametrize(("more", "less"), CASES["tells_more"])
def test_telling_share_of_a_rare_name_is_greater(more: str, less: str) -> None:
    assert 0 <= telling_share(less) < telling_share(more) <= 1
