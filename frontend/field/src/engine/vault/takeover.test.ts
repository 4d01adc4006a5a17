import { Dexie } from "dexie";
import { describe, expect, test, vi } from "vitest";
import * as legacy from "../../storage/legacy";
import { LockedStorage } from "../../storage/locked";
import { dumpDatabases } from "../testing/dump";
import { FORMER_DEVICE, fillLegacy, oldDraft, openLegacy } from "../testing/legacy";
import { lockNow, PIN, phases, profileOf, restart, unlock } from "../testing/lock";
import { makePhone, type Phone, statuses } from "../testing/world";

let count = 0;

async function prepare(): Promise<string> {
  count += 1;
  const database = `takeover-${count}`;
  await fillLegacy(database);
  return database;
}

async function exists(database: string): Promise<boolean> {
  return Dexie.exists(`${database}-field`);
}

async function expectTaken(phone: Phone): Promise<void> {
  const { engine } = phone;
  expect(phases(phone)).toEqual(["choosing", "active"]);
  expect(engine.lock.state.get().profiles.map((one) => one.label)).toEqual(["Rina"]);
  expect(engine.device.get()).toMatchObject({ device: FORMER_DEVICE, agent: { name: "Rina" } });
  expect(engine.preferences.get()).toEqual({ language: "en", theme: "dark" });
  expect(await statuses(phone)).toEqual(["Lama active", "Orang 1 accepted", "Orang 2 unsent"]);
  const [draft] = engine.drafts.list.get();
  expect(draft).toMatchObject({ id: "d1", step: 2, fields: { name: "Ani" }, seriesPlace: 1 });
  expect(await (await engine.photos.find("cc"))?.text()).toBe("picture");
  const locked = new LockedStorage(`${phone.database}-field-${profileOf(phone).id}`);
  expect(await locked.getHead(FORMER_DEVICE)).toMatchObject({ seq: 2, hash: "b".repeat(64) });
  expect((await locked.findKey(FORMER_DEVICE))?.privateKey.extractable).toBe(false);
  locked.close();
}

describe("what the first version kept", () => {
  test("is all there, sealed at once, and the old is gone", async () => {
    const database = await prepare();
    const phone = await makePhone({ database });
    await expectTaken(phone);
    expect(await exists(database)).toBe(false);
    const dump = [...(await dumpDatabases(database)).values()].join("\n");
    for (const secret of ["Ani", "Lama", "1571084107909001", "line two", "picture"]) expect(dump).not.toContain(secret);
    await phone.engine.lock.choose(PIN);
    await lockNow(phone);
    await unlock(await restart(phone));
  });

  test("the chain goes on where it was", async () => {
    const database = await prepare();
    const phone = await makePhone({ database });
    phone.around.online = () => false;
    const locked = new LockedStorage(`${database}-field-${profileOf(phone).id}`);
    // The op that the old app could not send is still the next one, with its own bytes.
    expect((await locked.listPending()).map((op) => [op.seq, op.prev])).toEqual([[2, "a".repeat(64)]]);
    locked.close();
  });

  test.each([
    ["before anything was read", "readLegacy"],
    ["before the old was deleted", "deleteLegacy"],
  ] as const)("a page that dies %s does it once", async (_, step) => {
    const database = await prepare();
    const dies = vi.spyOn(legacy, step).mockRejectedValueOnce(new Error("killed"));
    const first = await makePhone({ database });
    expect(first.engine.device.get().phase).toBe("unsupported");
    first.engine.close();
    dies.mockRestore();
    expect(await exists(database)).toBe(true);
    const again = await makePhone({ database });
    await expectTaken(again);
    expect(await exists(database)).toBe(false);
  });

  test("what was done since does not go back, when the old was not yet deleted", async () => {
    const database = await prepare();
    const dies = vi.spyOn(legacy, "deleteLegacy").mockRejectedValue(new Error("killed"));
    (await makePhone({ database })).engine.close();
    dies.mockRestore();
    const kept = vi.spyOn(legacy, "deleteLegacy").mockResolvedValue();
    const phone = await makePhone({ database });
    await phone.engine.drafts.discard("d1");
    phone.engine.close();
    kept.mockRestore();
    const again = await makePhone({ database });
    expect(again.engine.drafts.list.get()).toEqual([]);
    expect(await exists(database)).toBe(false);
  });

  test("two tabs that do it at once, without locks, make one profile", async () => {
    const database = await prepare();
    const [one, other] = await Promise.all([makePhone({ database }), makePhone({ database })]);
    const settledOnes = [one, other].filter((phone) => phone.engine.device.get().phase !== "unsupported");
    expect(settledOnes.length).toBeGreaterThan(0);
    one.engine.close();
    other.engine.close();
    await expectTaken(await makePhone({ database }));
    expect(await exists(database)).toBe(false);
  });

  test("a tab of the old app can add nothing to the old chain, and a form begun there comes over", async () => {
    const database = await prepare();
    const old = openLegacy(database);
    await old.open();
    const phone = await makePhone({ database });
    const going = old.transaction("rw", ["state", "ops"], async () => {
      if ((await old.table("state").get("identity")) === undefined) throw new Error("not activated");
    });
    await expect(going).rejects.toThrow();
    await old.table("drafts").put(oldDraft("d2", "Terlambat"));
    old.close();
    const again = await restart(phone);
    expect(
      again.engine.drafts.list
        .get()
        .map((draft) => draft.fields.name)
        .sort(),
    ).toEqual(["Ani", "Terlambat"]);
    expect(await exists(database)).toBe(false);
  });

  test("an old app that was never activated leaves nothing", async () => {
    count += 1;
    const database = `takeover-${count}`;
    const old = openLegacy(database);
    await old.table("state").put({ name: "preferences", value: { language: "en", theme: "light" } });
    old.close();
    const phone = await makePhone({ database });
    expect(phases(phone)).toEqual(["none", "new"]);
    expect(phone.engine.preferences.get().language).toBe("en");
    expect(await exists(database)).toBe(false);
  });
});
