import { describe, expect, it } from "vitest";
import { listBeneath } from "./drill";
import type { Screen } from "./state";

const WORDS = { label: "", what: "", unit: "persons", behind: "" } as const;
const SCREEN = {
  figures: {
    accepted: {
      ...WORDS,
      beneath: "/console/members/?level={level}&key={key}&metric=accepted&day_from={first}&day_to={last}",
    },
    paying: { ...WORDS, beneath: "/console/members/?level={level}&key={key}&cover=paid" },
  },
} as unknown as Screen;

describe("list behind a number of a row", () => {
  const days = { first: "2026-11-01", last: "2026-11-23" };
  const row = { level: "branch", key: "1501" };

  it("is of that row's scope and of the days that the number counts", () => {
    expect(listBeneath(SCREEN, "accepted", row, days)).toBe(
      "/console/members/?level=branch&key=1501&metric=accepted&day_from=2026-11-01&day_to=2026-11-23",
    );
    expect(listBeneath(SCREEN, "paying", row, days)).toBe("/console/members/?level=branch&key=1501&cover=paid");
  });
});
