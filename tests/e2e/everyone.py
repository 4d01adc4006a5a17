"""Whether everybody can use a screen: contrast, size, reach, large text, and what a screen reader is told in which order.

Each function looks at the page as it stands and returns what is wrong, in words; empty where nothing is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

from tests.e2e import axe

RULES = """async () => {
  // What lies over the page moves away when it is scrolled; axe, which does not scroll, would call what is below it small.
  const flat = new CSSStyleSheet();
  flat.replaceSync(".headbar, .foot, .nav { position: static !important }");
  document.adoptedStyleSheets = [flat];
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
    rules: {"color-contrast-enhanced": {enabled: true}, "target-size": {enabled: true}},
  });
  document.adoptedStyleSheets = [];
  return found.violations.map(v => `${v.id}: ${v.help} at ${v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(", ")}`);
}"""

WIDE = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.scrollingElement.scrollWidth > width) found.push(`page ${document.scrollingElement.scrollWidth} > ${width}`);
  const scrolls = (element) =>
    element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width === 0 || style.visibility === "hidden" || element.closest(".visually-hidden, [aria-hidden=true], svg")) continue;
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!words) continue;
    const named = `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    if ((box.right > width + 1 || box.left < -1) && !scrolls(element)) found.push(`beyond the edge: ${named}`);
    const clips = style.overflowX === "hidden" || style.overflowX === "clip";
    if (clips && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${named}`);
    const flat = style.overflowY === "hidden" || style.overflowY === "clip";
    if (flat && element.scrollHeight > element.clientHeight + 2) found.push(`cut off below: ${named}`);
  }
  return found;
}"""

COVERED = """() => {
  const found = [], before = scrollY;
  const acts = document.querySelectorAll("a[href], button:not([disabled]), input, select, textarea, summary");
  for (const act of acts) {
    const box0 = act.getBoundingClientRect();
    if (box0.width < 2 || box0.height < 2 || act.closest(".visually-hidden") || act.type === "file") continue;
    act.scrollIntoView({ block: "center", inline: "nearest" });
    const box = act.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const own = hit && (act.contains(hit) || hit.contains(act) || hit.closest("label")?.control === act);
    const named = `${act.tagName.toLowerCase()}.${act.className} "${(act.textContent || act.name).trim().slice(0, 30)}"`;
    if (!own) found.push(`${named} lies under ${hit?.className}`);
  }
  scrollTo(0, before);
  return found;
}"""

BROKEN = """() => [...document.querySelectorAll(".nav__item, .button")].flatMap((act) => {
  const found = [], walker = document.createTreeWalker(act, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(`"${word[0]}" breaks inside in ${act.className}`);
    }
  }
  return found;
})"""

SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].flatMap((act) => {
  const label = act.closest("label") ?? act.labels?.[0];
  const pressed = ["radio", "checkbox"].includes(act.type) && label ? [act, label] : [act];
  const boxes = pressed.map((one) => one.getBoundingClientRect());
  const [width, height] = [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))];
  const inText = act.tagName === "A" && getComputedStyle(act).display === "inline";
  if (width < 3 || inText || act.closest(".visually-hidden") || act.classList.contains("visually-hidden")) return [];
  if (width >= 47.5 && height >= 47.5) return [];
  return [`${act.tagName.toLowerCase()}.${act.className} ${Math.round(width)} x ${Math.round(height)}`];
})"""

HIGH = """() => [...document.querySelectorAll(".button--primary")].flatMap((button) => {
  const box = button.getBoundingClientRect();
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return seen && (box.top + box.bottom) / 2 < innerHeight / 2 ? [`"${button.textContent}" at ${Math.round(box.top)}`] : [];
})"""

FOREIGN = """() => [...document.querySelectorAll("body *")].flatMap((element) => {
  const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join("");
  const spoken = { English: "en", "Bahasa Indonesia": "id" }[own];
  return spoken && element.closest("[lang]").lang !== spoken ? [`"${own}" is spoken as ${element.closest("[lang]").lang}`] : [];
})"""

ACTS = {
    "button",
    "link",
    "textbox",
    "radio",
    "checkbox",
    "combobox",
    "searchbox",
    "switch",
    "tab",
    "menuitem",
    "slider",
}
ACTS |= {
    "spinbutton",
    "listbox",
    "option",
    "disclosuretriangle",
    "Date",
    "progressbar",
    "radiogroup",
    "group",
    "img",
    "image",
}
MAY_BE_NAMELESS = {"group", "listbox"}
ODD = ("undefined", "null", "[object", "NaN", "{", "}", "=>")


@dataclass(frozen=True)
class Spoken:
    """One thing that a screen reader stops at."""

    role: str
    name: str
    level: int | None


def spoken(page: Page) -> list[Spoken]:
    """What TalkBack would come to, in its order."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    return [_spoken(node) for node in _in_order(nodes[0], by_id) if not node.get("ignored")]


def _in_order(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("childIds", []):
        if child in by_id:
            yield from _in_order(by_id[child], by_id)


def _spoken(node: dict[str, Any]) -> Spoken:
    level = next((int(p["value"]["value"]) for p in node.get("properties", []) if p["name"] == "level"), None)
    return Spoken(str(node.get("role", {}).get("value", "")), str(node.get("name", {}).get("value", "")).strip(), level)


def rules_broken(page: Page) -> list[str]:
    """By axe-core: WCAG 2.2 A and AA, contrast of 7:1, targets, and its good practice."""
    page.evaluate(axe.SOURCE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RULES)
    return found


def wide_or_cut(page: Page) -> list[str]:
    """Text that needs sideways scrolling, leaves the screen or is cut off."""
    found: list[str] = page.evaluate(WIDE)
    return found


def broken_words(page: Page) -> list[str]:
    """Words of the menu and of buttons that go on in the next line."""
    found: list[str] = page.evaluate(BROKEN)
    return found


def covered(page: Page) -> list[str]:
    """Things to press that lie under something else even when they are scrolled to."""
    found: list[str] = page.evaluate(COVERED)
    return found


def too_small(page: Page) -> list[str]:
    """Things to press of less than 48 by 48 px."""
    found: list[str] = page.evaluate(SMALL)
    return found


def out_of_reach(page: Page) -> list[str]:
    """Main acts in the upper half of the screen, where the thumb of the holding hand does not come."""
    found: list[str] = page.evaluate(HIGH)
    return found


def ill_spoken(page: Page, language: str) -> list[str]:
    """What a screen reader could not make sense of: language, headings, names, landmarks, places that speak up."""
    heard = spoken(page)
    return [
        *_wrong_language(page, language),
        *_wrong_headings(heard),
        *(f"a {one.role} without a name" for one in heard if _is_nameless(one)),
        *(f"odd name of a {one.role}: {one.name!r}" for one in heard if any(odd in one.name for odd in ODD)),
        *_wrong_places(heard),
    ]


def _wrong_language(page: Page, language: str) -> list[str]:
    said = page.locator("html").get_attribute("lang")
    foreign: list[str] = page.evaluate(FOREIGN)
    return foreign + ([] if said == language else [f"lang is {said!r}, not {language!r}"])


def _wrong_headings(heard: Sequence[Spoken]) -> list[str]:
    levels = [one.level or 0 for one in heard if one.role == "heading"]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1"]
    if levels and levels[0] != 1:
        found.append("the first heading is not the screen's")
    return found + [f"level {b} follows level {a}" for a, b in pairwise(levels) if b > a + 1]


def _is_nameless(one: Spoken) -> bool:
    return one.role in ACTS - MAY_BE_NAMELESS and not any(sign.isalnum() for sign in one.name)


def _wrong_places(heard: Sequence[Spoken]) -> list[str]:
    roles = [one.role for one in heard]
    found = [] if roles.count("main") == 1 else [f"{roles.count('main')} main places"]
    if "navigation" in roles and roles.index("navigation") < roles.index("main"):
        found.append("the menu is read before the screen")
    if "banner" in roles and not {"status", "alert", "log"} & set(roles):
        found.append("nothing that speaks up by itself")
    return found
