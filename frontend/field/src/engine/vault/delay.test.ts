import { describe, expect, test } from "vitest";
import { Delay, NO_TRIES, waitAfter, wrongAgain } from "./delay";

const HOUR = 3_600_000;

test("three tries are free, then 30 s, doubling up to an hour", () => {
  expect([0, 1, 2, 3, 4, 5, 9, 10, 11, 60].map(waitAfter)).toEqual([
    0,
    0,
    0,
    30_000,
    60_000,
    120_000,
    1_920_000,
    HOUR,
    HOUR,
    HOUR,
  ]);
});

describe("a wait", () => {
  const waiting = { wrong: 4, leftMs: 60_000, serverMs: null };

  test("runs down with the monotonic clock of this session", () => {
    const delay = new Delay(waiting, 1_000);
    expect([1_000, 31_000, 61_000, 999_000].map((mono) => delay.left(mono, null))).toEqual([60_000, 30_000, 0, 0]);
  });

  test("goes on after a reload from what was noted, however long the app was closed", () => {
    const noted = new Delay(waiting, 1_000).note(21_000, null);
    expect(noted.leftMs).toBe(40_000);
    expect(new Delay(noted, 5).left(5, null)).toBe(40_000);
  });

  test("knows by the server's time that the app was closed for an hour", () => {
    const noted = new Delay(waiting, 0).note(0, { serverMs: 1_000_000, mono: 0 });
    const later = new Delay(noted, 50);
    expect(later.left(50, null)).toBe(60_000);
    expect(later.left(60, { serverMs: 1_000_000 + HOUR, mono: 60 })).toBe(0);
  });

  test("is not shortened by a server's time that lies before", () => {
    const noted = { ...waiting, serverMs: 1_000_000 };
    expect(new Delay(noted, 0).left(0, { serverMs: 5, mono: 0 })).toBe(60_000);
  });

  test("grows with the next wrong one", () => {
    expect(wrongAgain(NO_TRIES.wrong, 0, null)).toEqual({ wrong: 1, leftMs: 0, serverMs: null });
    expect(wrongAgain(3, 0, { serverMs: 7, mono: 0 })).toEqual({ wrong: 4, leftMs: 60_000, serverMs: 7 });
  });
});
