import { describe, expect, test } from "vitest";
import { PhoneStorage } from "../storage/phone";
import type { MeView } from "./contract";
import { type Facts, Keeping, licenceEnd, warn } from "./keeping";
import type { Surroundings } from "./surroundings";

const MB = 1024 * 1024;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 3);
const FINE: Facts = {
  freeBytes: 900 * MB,
  persisted: "granted",
  now: NOW,
  skew: 0,
  unsent: 0,
  oldestUnsentAt: null,
  rulesCheckedAt: NOW - DAY,
  licenceEnds: "2027-06-30",
  renewFrom: null,
  today: "2026-11-22",
};

describe("warnings", () => {
  test("none while all is well", () => {
    expect(warn(FINE)).toEqual([]);
    expect(
      warn({ ...FINE, freeBytes: null, rulesCheckedAt: null, licenceEnds: null, persisted: "unsupported" }),
    ).toEqual([]);
  });

  test.each<[string, Partial<Facts>, object[]]>([
    ["little room", { freeBytes: 49 * MB }, [{ kind: "space", freeBytes: 49 * MB }]],
    ["a browser that refused", { persisted: "refused" }, [{ kind: "not_persisted" }]],
    ["two days unsent", { unsent: 3, oldestUnsentAt: NOW - 2 * DAY }, [{ kind: "days_unsent", days: 2, unsent: 3 }]],
    ["one day and 23 hours", { unsent: 3, oldestUnsentAt: NOW - 2 * DAY + 3_600_000 }, []],
    ["rules of 31 days ago", { rulesCheckedAt: NOW - 31 * DAY }, [{ kind: "rules_old", days: 31 }]],
    ["rules of 30 days ago", { rulesCheckedAt: NOW - 30 * DAY }, []],
    ["a licence in 30 days", { licenceEnds: "2026-12-22" }, [{ kind: "licence_ends", on: "2026-12-22" }]],
    ["a licence in 31 days", { licenceEnds: "2026-12-23" }, []],
    [
      "a licence that can be renewed",
      { licenceEnds: "2027-01-10", renewFrom: "2026-11-22" },
      [{ kind: "licence_ends", on: "2027-01-10" }],
    ],
    ["one that cannot yet", { licenceEnds: "2026-12-10", renewFrom: "2026-11-23" }, []],
    ["a clock an hour behind", { skew: -3_600_000 }, [{ kind: "clock", minutes: -60 }]],
    ["a clock nine minutes ahead", { skew: 540_000 }, []],
  ])("%s", (_, change, expected) => {
    expect(warn({ ...FINE, ...change })).toEqual(expected);
  });

  test("the most urgent first: a full phone before all, little room behind unsent work", () => {
    const all: Facts = {
      ...FINE,
      persisted: "refused",
      skew: 3_600_000,
      unsent: 1,
      oldestUnsentAt: NOW - 3 * DAY,
      rulesCheckedAt: NOW - 40 * DAY,
      licenceEnds: "2026-11-30",
    };
    const kinds = (freeBytes: number): string[] => warn({ ...all, freeBytes }).map((one) => one.kind);
    const rest = ["licence_ends", "rules_old", "not_persisted"];
    expect(kinds(5 * MB)).toEqual(["space", "clock", "days_unsent", ...rest]);
    expect(kinds(20 * MB)).toEqual(["clock", "days_unsent", "space", ...rest]);
  });
});

test("a licence that is settled is not warned of", () => {
  const of = (more: object) =>
    licenceEnd({ licence: { number: "L", valid_to: "2026-12-01", state: "valid", ...more } } as MeView);
  expect(of({ renew_from: "2026-10-02" })).toEqual({ licenceEnds: "2026-12-01", renewFrom: "2026-10-02" });
  expect(of({ renewal: "refused" }).licenceEnds).toBe("2026-12-01");
  for (const settled of [{ renewal: "asked" }, { renewed_to: "2027-12-01" }, { state: "revoked" }])
    expect(of(settled).licenceEnds).toBeNull();
  expect(licenceEnd(null).licenceEnds).toBeNull();
});

describe("asking to keep", () => {
  function make(granted: boolean | null, name: string) {
    const clock = { mono: 0 };
    const room = {
      persisted: () => Promise.resolve(granted),
      persist: () => Promise.resolve(granted),
      estimate: () => Promise.resolve({ usedBytes: 5 * MB, freeBytes: 900 * MB }),
    };
    const around = { room, mono: () => clock.mono } as unknown as Surroundings;
    const { freeBytes: _free, persisted: _persisted, ...known } = FINE;
    return { keeping: new Keeping(around, new PhoneStorage(`keeping-${name}`), () => known), clock };
  }

  test.each([
    [true, "granted", "granted"],
    [false, "unknown", "refused"],
    [null, "unsupported", "unsupported"],
  ] as const)("answer %s: first %s, once asked %s", async (granted, before, after) => {
    const { keeping } = make(granted, String(granted));
    await keeping.look();
    expect(keeping.state.get()).toMatchObject({ persisted: before, usedBytes: 5 * MB, freeBytes: 900 * MB });
    await keeping.ask();
    expect(keeping.state.get().persisted).toBe(after);
    // The next time the app starts it still knows what was answered.
    const again = make(granted, String(granted)).keeping;
    await again.look();
    expect(again.state.get().persisted).toBe(after);
  });

  test("a write that found no room is believed for ten minutes, whatever the browser estimates", async () => {
    const { keeping, clock } = make(true, "full");
    await keeping.look();
    keeping.noteProblem({ code: "storage_full", text: null });
    expect(keeping.state.get().warnings).toEqual([{ kind: "space", freeBytes: 0 }]);
    clock.mono += 11 * 60_000;
    await keeping.look();
    expect(keeping.state.get().warnings).toEqual([]);
  });
});
