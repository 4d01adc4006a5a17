import { describe, expect, test } from "vitest";
import { Idle, LONGEST_HOLD_MS } from "./idle";

const MINUTE = 60_000;

function make(): { idle: Idle; clocks: { wall: number; mono: number } } {
  const clocks = { wall: 1_000_000, mono: 0 };
  return { clocks, idle: new Idle({ now: () => clocks.wall, mono: () => clocks.mono }) };
}

describe("a phone left alone", () => {
  test("is over after its minutes, by either clock", () => {
    const { idle, clocks } = make();
    clocks.mono = 5 * MINUTE - 1;
    expect(idle.isOver(5)).toBe(false);
    clocks.mono = 5 * MINUTE;
    expect(idle.isOver(5)).toBe(true);
    clocks.mono = 0;
    clocks.wall += 5 * MINUTE;
    expect(idle.isOver(5)).toBe(true);
  });

  test("a clock set back does not keep it open", () => {
    const { idle, clocks } = make();
    clocks.wall -= 365 * 24 * 60 * MINUTE;
    clocks.mono = 5 * MINUTE;
    expect(idle.isOver(5)).toBe(true);
  });

  test("a touch begins anew", () => {
    const { idle, clocks } = make();
    clocks.mono = 4 * MINUTE;
    idle.touched();
    clocks.mono = 8 * MINUTE;
    expect(idle.isOver(5)).toBe(false);
  });

  test("is not over while the camera covers the page, for five minutes at most", () => {
    const { idle, clocks } = make();
    const release = idle.hold();
    clocks.mono = LONGEST_HOLD_MS;
    expect(idle.isOver(1)).toBe(false);
    clocks.mono = LONGEST_HOLD_MS + 1;
    expect(idle.isOver(1)).toBe(true);
    release();
    expect(idle.isOver(1)).toBe(true);
  });

  test("coming back from the camera is a touch", () => {
    const { idle, clocks } = make();
    const release = idle.hold();
    clocks.mono = 4 * MINUTE;
    release();
    clocks.mono = 4 * MINUTE + 59_000;
    expect(idle.isOver(1)).toBe(false);
    clocks.mono = 5 * MINUTE;
    expect(idle.isOver(1)).toBe(true);
  });
});
