"""What a version of a course holds: modules of texts, pictures, short videos and questions. Pure: no database, no clock.

A module's questions are its quiz; a module without any is done when it was read.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from perisai.errors import Refused

MOST_MODULES = 40
MOST_PARTS = 60

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,16}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Strict):
    """Paragraphs parted by empty lines; lines that begin with ``- `` are a list, with ``## `` a heading."""

    id: Id
    kind: Literal["text"] = "text"
    text: Annotated[Words, Field(min_length=1)]

    @property
    def blocks(self) -> list[tuple[str, list[str]]]:
        """(``heading``, ``list`` or ``words``, its lines), as the phone shows them."""
        found: list[tuple[str, list[str]]] = []
        for block in re.split(r"\n\s*\n", self.text):
            lines = [line for line in block.split("\n") if line.strip()]
            if len(lines) == 1 and block.startswith("## "):
                found.append(("heading", [block[3:]]))
            elif lines and all(line.startswith("- ") for line in lines):
                found.append(("list", [line[2:] for line in lines]))
            elif lines:
                found.append(("words", lines))
        return found


class Picture(_Strict):
    id: Id
    kind: Literal["picture"] = "picture"
    sha256: Sha256
    size: int
    type: Literal["image/jpeg"]
    alt: Line
    """What is to be seen, for those who do not see it."""


class Video(_Strict):
    id: Id
    kind: Literal["video"] = "video"
    sha256: Sha256
    size: int
    type: Literal["video/mp4", "video/webm"]
    alt: Line
    """What it shows and says, in a sentence."""


class Question(_Strict):
    """``right`` are the places (from 0) of all options that are to be chosen."""

    id: Id
    kind: Literal["question"] = "question"
    text: Line
    options: Annotated[tuple[Line, ...], Field(min_length=2, max_length=6)]
    right: Annotated[tuple[int, ...], Field(min_length=1)]
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)] = ""

    @model_validator(mode="after")
    def _right_are_options(self) -> "Question":
        if sorted(set(self.right)) != list(self.right) or not all(0 <= n < len(self.options) for n in self.right):
            raise ValueError("right")
        if len(set(self.options)) != len(self.options):
            raise ValueError("options")
        return self


Part = Annotated[Text | Picture | Video | Question, Field(discriminator="kind")]


class Module(_Strict):
    id: Id
    title: Title
    parts: tuple[Part, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(part for part in self.parts if isinstance(part, Question))


class Content(_Strict):
    modules: tuple[Module, ...] = ()

    def media(self) -> dict[str, Picture | Video]:
        """What has to be fetched beside the text, by address."""
        parts = (part for module in self.modules for part in module.parts)
        return {part.sha256: part for part in parts if isinstance(part, Picture | Video)}

    def module(self, module_id: str) -> Module | None:
        return next((module for module in self.modules if module.id == module_id), None)


def read(stored: Any) -> Content:
    return Content.model_validate(stored)


def checked(kind: type[Text] | type[Picture] | type[Video] | type[Question] | type[Module], **given: Any) -> Any:
    """A part or module from what staff gave. Raises ``Refused`` E9209 with the field that cannot be used."""
    try:
        return kind(**given)
    except ValidationError as error:
        where = error.errors()[0].get("loc", ())
        raise Refused(
            "E9209", field=str(where[0]) if where else str(error.errors()[0].get("ctx", {}).get("error", ""))
        ) from None


def problem(content: Content) -> dict[str, str] | None:
    """Why a version cannot be published yet, in both languages; None where it can."""
    if not content.modules:
        return {"id": "belum ada modul", "en": "there is no module"}
    for module in content.modules:
        if not module.parts:
            return {"id": f"modul “{module.title}” masih kosong", "en": f"module “{module.title}” is empty"}
    return None


def marked(module: Module, answers: Any) -> tuple[int, int]:
    """(right, asked) of a module's quiz. An answer is right when exactly the right options were chosen."""
    given = answers if isinstance(answers, dict) else {}
    right = sum(_chosen(given.get(question.id)) == set(question.right) for question in module.questions)
    return right, len(module.questions)


def is_passed(right: int, asked: int, pass_percent: int) -> bool:
    return right * 100 >= pass_percent * asked


def _chosen(answer: Any) -> set[int] | None:
    if not isinstance(answer, list) or not all(type(one) is int for one in answer):
        return None
    return set(answer)


def with_module(content: Content, module: Module) -> Content:
    """Adds a module at the end, or puts it in place of the one with its id. Raises E9209 above ``MOST_MODULES``."""
    if content.module(module.id) is not None:
        return Content(modules=tuple(module if old.id == module.id else old for old in content.modules))
    if len(content.modules) >= MOST_MODULES:
        raise Refused("E9209", field=f"> {MOST_MODULES}")
    return Content(modules=(*content.modules, module))


def with_part(module: Module, part: Text | Picture | Video | Question) -> Module:
    """Adds a part at the end, or puts it in place of the one with its id. Raises E9209 above ``MOST_PARTS``."""
    if any(old.id == part.id for old in module.parts):
        return module.model_copy(update={"parts": tuple(part if old.id == part.id else old for old in module.parts)})
    if len(module.parts) >= MOST_PARTS:
        raise Refused("E9209", field=f"> {MOST_PARTS}")
    return module.model_copy(update={"parts": (*module.parts, part)})


def moved(content: Content, module_id: str, part_id: str | None, by: int) -> Content:
    """A module, or a part of it, moved by so many places; no further than the ends."""
    if part_id is None:
        return Content(modules=_moved(content.modules, lambda one: one.id == module_id, by))
    return _in_module(
        content, module_id, lambda module: {"parts": _moved(module.parts, lambda one: one.id == part_id, by)}
    )


def without(content: Content, module_id: str, part_id: str | None) -> Content:
    if part_id is None:
        return Content(modules=tuple(one for one in content.modules if one.id != module_id))
    return _in_module(
        content, module_id, lambda module: {"parts": tuple(one for one in module.parts if one.id != part_id)}
    )


def _in_module(content: Content, module_id: str, change: Callable[[Module], dict[str, Any]]) -> Content:
    return Content(
        modules=tuple(one.model_copy(update=change(one)) if one.id == module_id else one for one in content.modules)
    )


def _moved(items: tuple[Any, ...], is_it: Callable[[Any], bool], by: int) -> tuple[Any, ...]:
    at = next((place for place, one in enumerate(items) if is_it(one)), None)
    if at is None:
        return items
    rest = [*items[:at], *items[at + 1 :]]
    rest.insert(max(0, min(len(rest), at + by)), items[at])
    return tuple(rest)
