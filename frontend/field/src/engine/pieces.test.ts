import { describe, expect, test } from "vitest";
import { Pieces, timeoutFor } from "./pieces";

const BOUNDS = { first: 30_000, least: 4_000, most: 1_000_000 };

/** A line of `rate` bytes a second, `delay` ms to connect, that drops after every `alive` ms. */
function send(total: number, rate: number, delay: number, alive: number): { ms: number; sent: number } {
  const pieces = new Pieces(BOUNDS);
  let left = total;
  let ms = 0;
  let sent = 0;
  while (left > 0 && ms < 3_600_000) {
    const amount = Math.min(left, pieces.limit);
    const needs = delay + (amount / rate) * 1_000;
    const until = alive - (ms % alive);
    sent += amount;
    if (needs > until) {
      ms += until;
      pieces.broke();
      continue;
    }
    ms += needs;
    left -= amount;
    pieces.passed(amount, needs);
  }
  return { ms, sent };
}

describe("pieces", () => {
  test("a line of 20 kB/s that drops every ten seconds lets a day's work through, and little goes twice", () => {
    const { ms, sent } = send(600_000, 20_000, 600, 10_000);
    expect(ms).toBeLessThan(80_000);
    expect(sent).toBeLessThan(600_000 * 1.4);
  });

  test("also 3 kB/s that drops every six seconds", () => {
    expect(send(100_000, 3_000, 800, 6_000).ms).toBeLessThan(200_000);
  });

  test("a good line soon gets large pieces", () => {
    const pieces = new Pieces(BOUNDS);
    for (let turn = 0; turn < 6; turn += 1) pieces.passed(pieces.limit, 80);
    expect(pieces.limit).toBe(1_000_000);
  });

  test("a small rest says nothing about a large piece, a slow one does", () => {
    const pieces = new Pieces(BOUNDS);
    pieces.passed(1_000, 50);
    expect(pieces.limit).toBe(30_000);
    pieces.passed(30_000, 30_000);
    expect(pieces.limit).toBe(15_000);
  });

  test("never below the least", () => {
    const pieces = new Pieces(BOUNDS);
    for (let turn = 0; turn < 9; turn += 1) pieces.broke();
    expect(pieces.limit).toBe(4_000);
  });
});

test("an answer is waited for as long as the bytes may take", () => {
  expect(timeoutFor(30_000)).toBe(35_000);
});
