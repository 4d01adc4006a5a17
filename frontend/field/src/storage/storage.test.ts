import { Dexie } from "dexie";
import { describe, expect, test } from "vitest";
import { openStorage } from "../engine/testing/open-storage";
import { storageFailure } from "./failures";
import type { DraftRecord, MemberRecord } from "./records";

const DRAFT: DraftRecord = {
  id: "d",
  agent: "a",
  step: 1,
  fields: { name: "Ani" },
  photo: null,
  series: null,
  seriesPlace: 1,
  startedAt: 1,
  savedAt: 1,
  discardedAt: null,
};

describe("a newer version of the app upgrades the database while this tab is open", () => {
  test("the upgrade is not held up, nothing is lost, and this tab goes on", async () => {
    const old = openStorage("upgrade");
    await old.open();
    await old.putDraft(DRAFT);
    const newer = new Dexie("upgrade-field-p1");
    newer.version(4).stores({ drafts: "id, savedAt, agent" });
    newer.on("versionchange", () => newer.close({ disableAutoOpen: false }));
    await newer.open();
    expect(await newer.table("drafts").get("d")).toMatchObject({ id: "d" });
    expect(await old.findDraft("d")).toMatchObject({ fields: { name: "Ani" } });
    await old.putDraft({ ...DRAFT, savedAt: 2 });
    expect(await newer.table("drafts").get("d")).toMatchObject({ savedAt: 2 });
  });
});

describe("storageFailure", () => {
  test.each([
    [Object.assign(new Error(), { name: "QuotaExceededError" }), "storage_full"],
    [Object.assign(new Error(), { name: "AbortError", inner: { name: "QuotaExceededError" } }), "storage_full"],
    [Object.assign(new Error(), { name: "OpenFailedError" }), "storage_failed"],
    ["anything", "storage_failed"],
  ])("%o is %s", (failure, code) => {
    expect(storageFailure(failure).code).toBe(code);
  });
});

test("a transaction that fails in the middle leaves nothing", async () => {
  const storage = openStorage("half");
  const member = { id: "m" } as MemberRecord;
  // A number beyond JSON cannot be sealed: the second write fails after the first has been made.
  const broken = { op: "x", status: "accepted", error: null, result: 1n } as never;
  await expect(
    storage.applyPage({ cursor: 9, members: [member], gone: [], answers: [broken], me: null }),
  ).rejects.toMatchObject({ code: "storage_failed" });
  expect(await storage.listMembers()).toEqual([]);
  expect(await storage.find("cursor")).toBeNull();
});
