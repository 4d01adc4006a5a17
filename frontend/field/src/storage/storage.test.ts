import { Dexie } from "dexie";
import { describe, expect, test } from "vitest";
import { storageFailure } from "./failures";
import type { DraftRecord } from "./records";
import { Storage } from "./storage";

const DRAFT: DraftRecord = {
  id: "d",
  agent: "a",
  step: 1,
  fields: { name: "Ani" },
  photo: null,
  startedAt: 1,
  savedAt: 1,
  discardedAt: null,
};

describe("a newer version of the app upgrades the database while this tab is open", () => {
  test("the upgrade is not held up, nothing is lost, and this tab goes on", async () => {
    const old = new Storage("upgrade");
    await old.open();
    await old.putDraft(DRAFT);
    const newer = new Dexie("upgrade");
    newer.version(2).stores({ drafts: "id, savedAt, agent" });
    newer.on("versionchange", () => newer.close({ disableAutoOpen: false }));
    await newer.open();
    expect(await newer.table("drafts").get("d")).toMatchObject({ fields: { name: "Ani" } });
    expect(await old.findDraft("d")).toMatchObject({ fields: { name: "Ani" } });
    await old.putDraft({ ...DRAFT, step: 2 });
    expect(await newer.table("drafts").get("d")).toMatchObject({ step: 2 });
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
  const storage = new Storage("half");
  const member = { id: "m" } as Parameters<Storage["applyPage"]>[0]["members"][number];
  // A function cannot be stored: the second write fails after the first has been made.
  const broken = { op: "x", status: "accepted", error: null, result: () => 1 } as never;
  await expect(
    storage.applyPage({ cursor: 9, members: [member], gone: [], answers: [broken], me: null }),
  ).rejects.toMatchObject({ code: "storage_failed" });
  expect(await storage.listMembers()).toEqual([]);
  expect(await storage.find("cursor")).toBeNull();
});
