"""Writes ``frontend/field/src/reader/ocr-a.ts``: the ten digits of OCR-A on a grid of 12 x 16, as darkness 0 to f.

    tests/golden/cards/make_digits.py

Needs a Chromium (``PERISAI_CHROMIUM``) with the font OCR-A (Debian: fonts-ocr-a).
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).parents[3] / "frontend/field/src/reader/ocr-a.ts"
WIDTH, HEIGHT = 12, 16
HEAD = """/**
 * Shapes of the digits 0 to 9 in OCR-A on the reader's grid of 12 x 16: darkness from 0 to f, row by row.
 * Written by `tests/golden/cards/make_digits.py`.
 */
const DARKNESS = [
"""
TAIL = """];

export const SHAPES: readonly Float32Array[] = DARKNESS.map((rows) =>
  Float32Array.from(Array.from(rows.replaceAll(" ", "")), (level) => Number.parseInt(level, 16) / 15),
);
"""
DRAW = """async ([digit, width, height]) => {
  await document.fonts.load("300px OCRA");
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 400, height: 400 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; context.fillRect(0, 0, 400, 400);
  context.fillStyle = "black"; context.font = "300px OCRA"; context.fillText(digit, 80, 320);
  const { data } = context.getImageData(0, 0, 400, 400), dark = (x, y) => 1 - data[(y * 400 + x) * 4] / 255;
  let left = 400, right = 0, top = 400, bottom = 0;
  for (let y = 0; y < 400; y++) for (let x = 0; x < 400; x++) if (dark(x, y) > 0.5) {
    left = Math.min(left, x); right = Math.max(right, x + 1); top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
  }
  const step = (bottom - top) / height, start = (left + right) / 2 - (width / 2) * step, rows = [];
  for (let row = 0; row < height; row++) {
    let text = "";
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let i = 0; i < 64; i++) {
        const right = column + ((i % 8) + 0.5) / 8, down = row + (Math.floor(i / 8) + 0.5) / 8;
        sum += dark(Math.floor(start + right * step), Math.floor(top + down * step)) || 0;
      }
      text += Math.round((sum / 64) * 15).toString(16);
    }
    rows.push(text);
  }
  return rows;
}"""


def main() -> int:
    path = os.environ.get("PERISAI_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        shapes = [page.evaluate(DRAW, [str(digit), WIDTH, HEIGHT]) for digit in range(10)]
        browser.close()
    body = "".join(f'  "{" ".join(rows[:8])} " +\n    "{" ".join(rows[8:])}",\n' for rows in shapes)
    TARGET.write_text(HEAD + body + TAIL, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
