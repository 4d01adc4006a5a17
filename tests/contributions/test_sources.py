"""Sources and reasons of rules read in both languages; what no source says is marked as this project's choice."""

import re
from datetime import date
from typing import Any

import pytest

from perisai.contributions.cover.rule import never_paid_days
from perisai.contributions.rule_changes.text import path_in_force
from perisai.contributions.rule_changes.tree import read_tree
from perisai.contributions.rules import view as rules_view
from perisai.contributions.rules.in_force import CHANGEABLE, load
from perisai.contributions.rules.words import source

NAMES = re.compile(
    r"PP|Perpres|Permenaker|Perdir|Pasal|Lampiran|SE|PROBIS|JAGA|BLORA|BPU|konten|star|grid|fame|amp|read|id|rbtv|disway|co"
    r"|jatim|suaraindonesia|pasal|com|tribunnews|jo"
)
"""Words of which the name of a law, a paper or a site is made: the same in both languages."""


def _said(node: Any) -> set[str]:
    """Every reference and reason of a file."""
    if isinstance(node, dict):
        own = {str(node[key]) for key in ("reference", "why") if isinstance(node.get(key), str)}
        return own.union(*(_said(child) for child in node.values()))
    return set().union(*(_said(child) for child in node)) if isinstance(node, tuple | list) else set()


@pytest.mark.parametrize("file", CHANGEABLE)
def test_every_source_that_is_more_than_a_name_has_its_indonesian_words(file: str) -> None:
    for text in _said(read_tree(path_in_force(file))):
        words = [word for word in re.findall(r"[A-Za-z]{2,}", text) if not NAMES.fullmatch(word)]
        assert not words or text in load().sources, text


def test_no_indonesian_words_are_kept_for_a_source_that_is_gone() -> None:
    there = set().union(*(_said(read_tree(path_in_force(file))) for file in CHANGEABLE))
    assert set(load().sources) <= there


def test_page_says_sources_in_its_language_and_what_somebody_wrote_as_it_is() -> None:
    text = "Brosur BPJS Ketenagakerjaan, 2026 (belum berusia 65 tahun saat mendaftar)"
    for language, is_there in (("id", True), ("en", False)):
        groups = rules_view.on_day(date(2026, 11, 23), language=language)
        said = {point.reference for group in groups for entry in group.entries for point in entry.points}
        said |= {entry.now.reference for group in groups for entry in group.entries if entry.now}
        assert (text in said) is is_there
        assert any("No source gives any days of grace" in one for one in said) is not is_there
    assert source("PP tiruan 1/2029", "id") == source("PP tiruan 1/2029", "en") == "PP tiruan 1/2029"


@pytest.mark.parametrize(
    ("language", "marked"), [("id", "Pilihan proyek ini, masih terbuka"), ("en", "Choice of this project, open")]
)
def test_end_of_a_registration_nobody_paid_for_is_marked_as_a_choice_of_this_project(
    language: str, marked: str
) -> None:
    groups = rules_view.on_day(date(2026, 11, 23), language=language)
    (entry,) = [entry for group in groups for entry in group.entries if entry.key == "never_paid_pu"]
    assert entry.now is not None
    assert entry.now.reference.startswith(marked)
    assert never_paid_days(date(2026, 11, 23)) == 0
