"""Writes rules.json, what phones get from GET /api/v1/reference/rules, for the tests of the TypeScript twin.

Run after a change of rules/: .venv/bin/python tests/golden/make_rules.py"""

import json
from pathlib import Path

from perisai.contributions.rules import rules_for_phone

if __name__ == "__main__":
    text = json.dumps(rules_for_phone(), ensure_ascii=False, indent=1)
    (Path(__file__).parent / "rules.json").write_text(text + "\n", encoding="utf-8")
