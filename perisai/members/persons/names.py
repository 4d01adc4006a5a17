"""Names as papers write them, made comparable: titles off, one spelling, and how alike two of them are.

Words and shares are data (rules/identity.yaml). Pure and quick enough for a whole push; results are remembered."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from math import log

from rapidfuzz.distance import JaroWinkler

from perisai.contributions.rules.in_force import load
from perisai.contributions.rules.shape import IdentityRules

_BETWEEN = re.compile(r"[^a-z]+")
_LEAST_ALIKE = 0.8


@lru_cache(maxsize=8192)
def normalise(name: str) -> str:
    """Lower-case words without titles, marks and accents, each variant in its first spelling; empty for no letters."""
    return " ".join(_words(name))


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """What names that may be one share by plain equality: no titles, no Muhammad or Siti before another word, old
    spelling made new, doubled letters single, no blanks. Empty for a name without letters."""
    return "".join(_sound(word) for word in _telling(_words(name)))


def similarity(one: str, two: str) -> float:
    """How alike two names are, 0 to 1, words that many people have counting less. Says nothing about sameness: see
    ``telling_share`` for what an equal name is worth."""
    first, second = name_key(one), name_key(two)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    return max(_by_words(_weighed(one), _weighed(two)), _joined(first, second))


@lru_cache(maxsize=8192)
def telling_share(name: str) -> float:
    """How much the name says about who somebody is, 0 to 1: a rare name of two words or more 1, "Siti" near 0."""
    words = _telling(_words(name))
    if not words:
        return 0.0
    rules = load().identity
    weight = sum(_weight(word) for word in words)
    share = min(1.0, weight / (2 * _rare_weight()))
    return share * rules.similarity.one_word_factor / 1000 if len(words) == 1 else share


def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    before_comma, _, _after = plain.partition(",")
    titles = _titles()
    words = [word for word in _BETWEEN.split(_join_degrees(before_comma)) if word]
    while len(words) > 1 and words[0] in titles[0]:
        words.pop(0)
    while len(words) > 1 and words[-1] in titles[1]:
        words.pop()
    spelling = _spelling()
    return [spelling.get(word, word) for word in words]


def _join_degrees(name: str) -> str:
    """``s.pd`` and ``s. pd`` are one word, ``m.yusuf`` two: a point joins only what makes a degree."""
    return _two_part_degrees().sub(lambda match: " " + re.sub(r"[. ]", "", match.group(0)), name)


def _telling(words: list[str]) -> list[str]:
    """Without the words that papers leave out at will, unless nothing else is there."""
    kept = [word for word in words if word not in _LEFT_OUT]
    return kept or words


_LEFT_OUT = frozenset({"muhammad", "siti"})


@cache
def _identity() -> IdentityRules:
    return load().identity


@cache
def _titles() -> tuple[frozenset[str], frozenset[str]]:
    titles = _identity().titles
    return frozenset(titles.before), frozenset(titles.after)


@cache
def _two_part_degrees() -> re.Pattern[str]:
    degrees = sorted({d for d in _titles()[1] if len(d) > 1}, key=len, reverse=True)
    split = "|".join(re.escape(d[0]) + r"\. ?" + r"\.? ?".join(map(re.escape, d[1:])) for d in degrees)
    return re.compile(rf"(?<= )(?:{split})\.?(?= |$)")


@cache
def _spelling() -> dict[str, str]:
    return {variant: first for first, variants in _identity().variants.items() for variant in variants}


# Old spelling and letters that papers swap, in this order; `y` and `j` before a vowel were one letter.
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("oe", "u"), ("dj", "j"), ("tj", "c"), ("nj", "ni"), ("s[jyh]", "s"), ("[ck]h", "h"), ("th", "t"), ("dh", "d"),
        ("ph|f|v", "p"), ("q", "k"), ("x", "ks"), ("z", "s"), ("ae", "ai"), ("^[jy](?=[aeiou])", "j"), ("y", "i"),
        ("ie", "i"), (r"(.)\1+", r"\1"), ("h$", ""),
    )
)  # fmt: skip


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@cache
def _weights() -> dict[str, float]:
    shares = _identity().common_words
    return {_sound(word): _information(share) for word, share in shares.items()}


def _information(share: int) -> float:
    return -log(share / 10_000)


@cache
def _rare_weight() -> float:
    return _information(_identity().rare_share)


def _weight(word: str) -> float:
    return _weights().get(_sound(word), _rare_weight())


@lru_cache(maxsize=8192)
def _weighed(name: str) -> tuple[tuple[str, float], ...]:
    return tuple((_sound(word), _weight(word)) for word in _telling(_words(name)))


def _joined(first: str, second: str) -> float:
    """Likeness of the whole, for words that are written together or apart."""
    alike: float = _alike(first, second)
    return alike if alike >= 0.93 else 0.0


def _by_words(one: tuple[tuple[str, float], ...], two: tuple[tuple[str, float], ...]) -> float:
    """Each word of the shorter name finds its likest in the longer; what is left over counts half against it."""
    short, long = sorted((one, two), key=len)
    left = list(long)
    met = whole = 0.0
    for word, weight in short:
        alike, index = max((_alike(word, other), index) for index, (other, _) in enumerate(left))
        other_weight = left[index][1]
        whole += max(weight, other_weight)
        if alike >= _LEAST_ALIKE:
            met += alike * min(weight, other_weight)
            left.pop(index)
        if not left:
            break
    return met / (whole + 0.5 * sum(weight for _, weight in left))


_alike: Callable[[str, str], float] = JaroWinkler.similarity
