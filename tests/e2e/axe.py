"""Accessibility by axe-core: rules of WCAG 2.2 A and AA, in the page as it stands."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RUN = """enhanced => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"],
  rules: {"color-contrast-enhanced": {enabled: enhanced}},
}).then(found => found.violations.map(v => ({
  rule: v.id, impact: v.impact, help: v.help, where: v.nodes.slice(0, 3).map(n => n.target.join(" ")),
})))"""
SERIOUS = ("serious", "critical")


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


UNSTICK = """stick => document.querySelectorAll(".headbar, .foot, .nav").forEach(bar => {
  if (stick) bar.style.removeProperty("position");
  else bar.style.setProperty("position", "static", "important");
})"""
"""What lies over the page moves away when it is scrolled; axe, which does not scroll, would call a control below it too small."""


def serious(page: Page, *, enhanced: bool = False) -> list[str]:
    """What axe calls serious or critical on this page, in words; empty where there is nothing. ``enhanced``: contrast of 7:1."""
    page.evaluate(_source())
    page.evaluate(UNSTICK, False)
    found = page.evaluate(RUN, enhanced)
    page.evaluate(UNSTICK, True)
    return [f"{v['rule']} ({v['impact']}): {v['help']} at {v['where']}" for v in found if v["impact"] in SERIOUS]
