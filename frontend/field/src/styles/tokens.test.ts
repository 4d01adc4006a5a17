import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const css = readFileSync(fileURLToPath(new URL("../../../tokens.css", import.meta.url)), "utf8");
const blocks = css.split(/^(?=:root|@media)/m).filter((block) => block.includes("--color-ink:"));
const [light = {}, dark = {}, chosenDark = {}] = blocks.map(readColours);

function readColours(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--color-([\w-]+):\s*([^;]+);/g)].map((found) => [found[1], found[2]]));
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one = "", other = ""): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = ["ink", "ink-muted", "brand", "done", "needs", "stop", "note"];
const SOFT = ["done", "needs", "stop", "note"];
const SOLID = [
  ["on-brand", "brand"],
  ["on-brand", "brand-strong"],
  ["on-done", "done"],
  ["on-needs", "needs-solid"],
  ["on-stop", "stop"],
  ["on-note", "note"],
] as const;
const MARKS = ["edge", "focus", "series-1", "series-2", "series-3", "series-4", "series-5"];

describe.each([
  ["light", light],
  ["dark", dark],
])("%s colours", (_name, colours) => {
  test.each(TEXTS)("%s can be read on every ground", (name) => {
    for (const ground of ["paper", "surface", "sunken"]) {
      expect(contrast(colours[name], colours[ground]), ground).toBeGreaterThanOrEqual(7);
    }
  });
  test.each(SOFT)("%s, ink and muted ink can be read on its soft ground", (name) => {
    for (const text of [name, "ink", "ink-muted"]) {
      expect(contrast(colours[text], colours[`${name}-soft`]), text).toBeGreaterThanOrEqual(7);
    }
  });
  test.each(SOLID)("%s can be read on %s", (text, ground) => {
    expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(7);
  });
  test.each(MARKS)("%s can be seen", (name) => {
    for (const ground of ["paper", "surface"]) {
      expect(contrast(colours[name], colours[ground]), ground).toBeGreaterThanOrEqual(3);
    }
  });
});

test("dark by choice and dark by system are the same", () => {
  expect(blocks).toHaveLength(3);
  expect(chosenDark).toEqual(dark);
});
