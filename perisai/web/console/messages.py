"""The Indonesian texts of staff pages: ``python -m perisai.web.console.messages`` collects what is new and compiles.

Texts stand in English in the code; Indonesian stands in ``web/locale/id/LC_MESSAGES/django.po``, one catalogue for all rooms. The
templates are read through Django's own parser, and the catalogue is compiled by polib, so that no gettext program is needed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.template import Engine, engines
from django.template.base import FilterExpression, Node, TextNode, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

PACKAGE = Path(__file__).resolve().parent.parent.parent
CATALOGUE = PACKAGE / "web/locale/id/LC_MESSAGES/django.po"
_CALLS = {"gettext": 1, "gettext_lazy": 1, "_": 1, "ngettext": 2, "ngettext_lazy": 2}
_IN_FILTER = re.compile(r"""_\((["'])(.*?)\1\)""")

Message = tuple[str, str | None]
"""(singular, plural or None)"""


def collect() -> dict[Message, set[str]]:
    """Every text to translate and the files that have it."""
    found: dict[Message, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for message in _in_python(path.read_text(encoding="utf-8")):
            found.setdefault(message, set()).add(str(path.relative_to(PACKAGE)))
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        for message in _in_template(path):
            found.setdefault(message, set()).add(str(path.relative_to(PACKAGE)))
    return found


def _in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            texts = [a.value for a in node.args[: _CALLS[node.func.id]] if isinstance(a, ast.Constant)]
            if texts and all(isinstance(text, str) for text in texts):
                yield str(texts[0]), str(texts[1]) if len(texts) > 1 else None


def _in_template(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]  # the base class does not say so
    for node in engine.from_string(source).nodelist.get_nodes_by_type(Node):
        yield from _in_node(node)
    for _quote, text in _IN_FILTER.findall(source):
        yield text, None


def _in_node(node: Any) -> Iterator[Message]:
    if isinstance(node, TranslateNode):
        expression: FilterExpression = node.filter_expression
        if isinstance(expression.var, Variable) and isinstance(expression.var.literal, str):
            yield expression.var.literal.replace("%", "%%"), None  # as Django looks it up
        elif isinstance(expression.var, str):
            yield expression.var.replace("%", "%%"), None
    elif isinstance(node, BlockTranslateNode):
        singular, _vars = node.render_token_list(node.singular)
        plural, _vars = node.render_token_list(node.plural) if node.plural and node.countervar else (None, [])
        yield singular, plural
    elif isinstance(node, TextNode):
        return


def main() -> int:
    """Adds what is missing, drops what nobody uses any more, compiles; returns 1 while a text has no translation."""
    import polib

    book = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile(wrapwidth=110)
    book.metadata = {
        "Language": "id",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    wanted = collect()
    known = {(entry.msgid, entry.msgid_plural or None): entry for entry in book}
    for message in sorted(set(known) - set(wanted), key=str):
        book.remove(known[message])
    for (singular, plural), files in sorted(wanted.items(), key=str):
        entry = known.get((singular, plural))
        if entry is None:
            entry = polib.POEntry(msgid=singular, msgid_plural=plural or "")
            if plural:
                entry.msgstr_plural = {0: ""}
            book.append(entry)
        entry.occurrences = [(file, "") for file in sorted(files)]
    book.sort(key=lambda entry: entry.msgid)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(CATALOGUE))
    book.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    missing = [entry.msgid for entry in book if not entry.translated()]
    sys.stdout.write("".join(f"missing: {text}\n" for text in missing))
    return 1 if missing else 0


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(main())
