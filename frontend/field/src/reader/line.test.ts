import { expect, test } from "vitest";
import { minutesOnSlowLine } from "./line";

test.each([
  ["nothing known", null, null],
  ["a good line", { effectiveType: "4g", downlink: 8 }, null],
  ["2G that tells its speed", { effectiveType: "2g", downlink: 0.16 }, 2],
  ["2G that does not", { effectiveType: "slow-2g" }, 2],
  ["a good line that costs", { effectiveType: "4g", downlink: 8, saveData: true }, 1],
] as const)("%s", (_name, connection, minutes) => {
  expect(minutesOnSlowLine(1_970_000, connection)).toBe(minutes);
});
