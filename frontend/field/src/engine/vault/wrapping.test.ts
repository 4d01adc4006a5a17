import { describe, expect, test } from "vitest";
import { calibrate, LEAST_ITERATIONS, makeKeepers, random, unwrap, unwrapResume, wrap, wrapResume } from "./wrapping";

const ITERATIONS = 1_000;

describe("the vault key under the PIN", () => {
  test("comes back with the PIN, and with no other", async () => {
    const profile = { id: "p", ...(await makeKeepers()) };
    const key = random(32);
    const wrapped = await wrap("258046", profile, key, ITERATIONS);
    expect(await unwrap("258046", profile, wrapped)).toEqual(key);
    await expect(unwrap("258047", profile, wrapped)).rejects.toMatchObject({ code: "pin_wrong" });
  });

  test("does not come back on another phone, whose browser has another key", async () => {
    const here = { id: "p", ...(await makeKeepers()) };
    const elsewhere = { id: "p", ...(await makeKeepers()) };
    const wrapped = await wrap("258046", here, random(32), ITERATIONS);
    await expect(unwrap("258046", elsewhere, wrapped)).rejects.toMatchObject({ code: "pin_wrong" });
    const resume = await wrapResume(here, random(32), 1);
    expect(await unwrapResume(elsewhere, resume)).toBeNull();
  });

  test("belongs to its profile", async () => {
    const keepers = await makeKeepers();
    const wrapped = await wrap("258046", { id: "p", ...keepers }, random(32), ITERATIONS);
    await expect(unwrap("258046", { id: "q", ...keepers }, wrapped)).rejects.toMatchObject({ code: "pin_wrong" });
  });

  test("the browser's keys cannot be read out", async () => {
    const { pinKey, resumeKey } = await makeKeepers();
    expect([pinKey.extractable, resumeKey.extractable]).toEqual([false, false]);
    await expect(crypto.subtle.exportKey("raw", pinKey)).rejects.toThrow();
  });
});

describe("calibrate", () => {
  const clock = (tookMs: number): (() => number) => {
    const readings = [0, tookMs];
    return () => readings.shift() ?? 0;
  };

  test.each([
    [100, 250_000],
    [20, 1_250_000],
    [1, 2_000_000],
    [5_000, LEAST_ITERATIONS],
    [0, LEAST_ITERATIONS],
  ])("50,000 in %i ms: %i for a PIN", async (took, iterations) => {
    expect(await calibrate(clock(took))).toBe(iterations);
  });
});
