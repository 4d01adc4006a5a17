import { describe, expect, test } from "vitest";
import { PhoneStorage } from "../storage/phone";
import type { Surroundings } from "./surroundings";
import { Time } from "./time";

interface Clocks {
  wall: number;
  mono: number;
  session: string;
}

const NOON = Date.UTC(2026, 10, 22, 5);

function makeTime(name: string, clocks: Clocks): Time {
  const around = {
    now: () => clocks.wall,
    mono: () => clocks.mono,
    get session() {
      return clocks.session;
    },
  } as unknown as Surroundings;
  return new Time(new PhoneStorage(`time-${name}`), around);
}

describe("readings of an op", () => {
  test("hold the token, both wall clocks and the monotonic difference", async () => {
    const clocks = { wall: 1_000, mono: 50, session: "a" };
    const time = makeTime("reading", clocks);
    expect(time.read()).toBeNull();
    await time.note("T1", NOON);
    clocks.wall += 61_000;
    clocks.mono += 60_000.4;
    expect(time.read()).toEqual({ token: "T1", token_clock: 1_000, clock: 62_000, mono: 60_000 });
  });

  test("after a restart the monotonic difference is null, the token stays", async () => {
    const clocks = { wall: 1_000, mono: 50, session: "a" };
    await makeTime("restart", clocks).note("T1", NOON);
    const again = makeTime("restart", { wall: 9_000, mono: 3, session: "b" });
    await again.load();
    expect(again.read()).toEqual({ token: "T1", token_clock: 1_000, clock: 9_000, mono: null });
    expect(again.serverNow()).toBe(NOON + 8_000);
  });
});

describe("a token for a signed request", () => {
  test("is fresh for twelve minutes", async () => {
    const clocks = { wall: NOON, mono: 0, session: "a" };
    const time = makeTime("fresh", clocks);
    expect(time.findFresh()).toBeNull();
    await time.note("T1", NOON);
    clocks.wall += 11 * 60_000;
    expect(time.findFresh()).toBe("T1");
    clocks.wall += 2 * 60_000;
    expect(time.findFresh()).toBeNull();
  });

  test("a clock set back does not make it young, a sleeping monotonic clock neither", async () => {
    const clocks = { wall: NOON, mono: 0, session: "a" };
    const time = makeTime("set-back", clocks);
    await time.note("T1", NOON);
    clocks.wall -= 86_400_000;
    clocks.mono += 20 * 60_000;
    expect(time.findFresh()).toBeNull();
    clocks.wall = NOON + 20 * 60_000;
    clocks.mono = 10;
    expect(time.findFresh()).toBeNull();
  });

  test("refused by the server it is not offered again", async () => {
    const time = makeTime("refused", { wall: NOON, mono: 0, session: "a" });
    await time.note("T1", NOON);
    time.refuse();
    expect(time.findFresh()).toBeNull();
    expect(time.read()?.token).toBe("T1");
    await time.note("T2", NOON);
    expect(time.findFresh()).toBe("T2");
  });
});

describe("how far the phone's clock is off", () => {
  test("is known from the token, and still after a restart", async () => {
    const time = makeTime("skew", { wall: NOON + 3 * 86_400_000, mono: 0, session: "a" });
    expect(time.skew()).toBe(0);
    await time.note("T1", NOON);
    expect(time.skew()).toBe(3 * 86_400_000);
    expect(time.serverNow()).toBe(NOON);
    const again = makeTime("skew", { wall: NOON + 3 * 86_400_000 + 60_000, mono: 0, session: "b" });
    await again.load();
    expect(again.skew()).toBe(3 * 86_400_000);
  });

  test("a clock set back since is seen at once, set right again also", async () => {
    const clocks = { wall: NOON, mono: 0, session: "a" };
    const time = makeTime("skew-back", clocks);
    await time.note("T1", NOON);
    clocks.mono += 60_000;
    clocks.wall = NOON + 60_000 - 3_600_000;
    expect(time.skew()).toBe(-3_600_000);
    clocks.wall = NOON + 60_000;
    expect(time.skew()).toBe(0);
    clocks.wall += 8 * 3_600_000;
    // It slept, as far as anybody can tell.
    expect(time.skew()).toBe(0);
  });

  test("after a restart a clock before the token is behind; one that was ahead and is right again is not", async () => {
    await makeTime("skew-restart", { wall: NOON + 86_400_000, mono: 0, session: "a" }).note("T1", NOON);
    const clocks = { wall: NOON + 3_600_000, mono: 0, session: "b" };
    const again = makeTime("skew-restart", clocks);
    await again.load();
    expect(again.skew()).toBe(0);
    clocks.wall = NOON - 7_200_000;
    expect(again.skew()).toBe(-7_200_000);
  });
});
