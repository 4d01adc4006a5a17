import { describe, expect, test } from "vitest";
import { Export } from "./export";
import { Locks } from "./locks";
import { Push } from "./push";
import { isSealed, makeAgent, openContainer } from "./testing/agents";
import { makeCourier, switchOff } from "./testing/couriers";
import { FakeServer, problem } from "./testing/fake-server";
import { Time } from "./time";

function names(server: FakeServer): unknown[] {
  return server.stored().map((op) => op.body.name);
}

describe("a locked phone", () => {
  test("sends what is sealed of every agent, reads nothing, and notes that the server has it", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-1", "a", server);
    const budi = await makeAgent("courier-1", "b", server);
    for (const name of ["Satu", "Dua", "Tiga"]) await ani.enrol(name);
    await budi.enrol("Empat");
    ani.storage.lock();
    budi.storage.lock();
    const { courier } = makeCourier("courier-1", server, [ani, budi]);
    expect(await courier.run(null)).toEqual({ sent: 4, left: 0 });
    expect(names(server).sort()).toEqual(["Dua", "Empat", "Satu", "Tiga"]);
    const pending = await ani.storage.locked.listPending();
    expect(pending.map((op) => [op.status, op.lastSentAt])).toEqual(Array(3).fill(["received", server.now]));
    expect(await courier.run(null)).toEqual({ sent: 0, left: 0 });
  });

  test("leaves the open profile to its page, which asks again for the answers", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-2", "a", server);
    await ani.enrol("Satu");
    const { courier, http, phone, around } = makeCourier("courier-2", server, [ani]);
    expect(await courier.run("a")).toEqual({ sent: 0, left: 0 });
    await courier.run(null);
    const push = new Push(ani.storage, http, new Time(phone, around), around);
    await push.run(
      ani.device,
      () => undefined,
      () => undefined,
    );
    expect(await ani.storage.listPending()).toEqual([]);
    expect(server.stored()).toHaveLength(1);
    expect(server.pushes).toEqual([1, 1]);
  });

  test("a crash after sending, before the answer was noted: the same bytes go again, and are there once", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-3", "a", server);
    for (const name of ["Satu", "Dua"]) await ani.enrol(name);
    const { courier, around } = makeCourier("courier-3", server, [ani]);
    const { fetch } = around;
    around.fetch = async (input, init) => {
      await fetch(input, init);
      throw new TypeError("killed");
    };
    await expect(courier.run(null)).rejects.toMatchObject({ code: "unreachable" });
    around.fetch = fetch;
    expect(await makeCourier("courier-3", server, [ani]).courier.run(null)).toEqual({ sent: 2, left: 0 });
    expect(names(server)).toEqual(["Satu", "Dua"]);
  });

  test("what was sealed to another key goes by itself; what no key opens is left for the page", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-4", "a", server);
    const other = await makeAgent("courier-4b", "b", server);
    await ani.enrol("Satu");
    await ani.storage.put("branchKey", other.branch.key);
    await ani.enrol("Dua");
    expect(await makeCourier("courier-4", server, [ani]).courier.run(null)).toEqual({ sent: 1, left: 1 });
    expect(await makeCourier("courier-4", server, [ani, other]).courier.run(null)).toEqual({ sent: 1, left: 0 });
    expect(names(server)).toEqual(["Satu", "Dua"]);
  });

  test("413 halves, one op that the server cannot take does not block the others", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-5", "a", server);
    for (const name of ["Satu", "Dua", "Tiga", "Empat", "Lima"]) await ani.enrol(name);
    const { courier, around } = makeCourier("courier-5", server, [ani]);
    const { fetch } = around;
    around.fetch = (input, init) => {
      const text = new TextDecoder().decode(init?.body as Uint8Array<ArrayBuffer> | undefined);
      const tooLarge = isSealed(init) && text.split('"op"').length > 3;
      return tooLarge ? Promise.resolve(problem(413, "E1003")) : fetch(input, init);
    };
    expect(await courier.run(null)).toEqual({ sent: 5, left: 0 });
    expect(Math.max(...server.pushes)).toBe(2);
  });

  test("two at once, a page and the service worker: the lock lets one go, nothing goes twice", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("courier-6", "a", server);
    await ani.enrol("Satu");
    const locks = new Locks(null);
    const { courier } = makeCourier("courier-6", server, [ani]);
    const both = await Promise.all([1, 2].map(() => locks.tryRun("sync", () => courier.run(null))));
    expect(both.filter((one) => one !== null)).toHaveLength(1);
    expect(server.pushes).toEqual([1]);
  });
});

describe("a phone that was switched off while locked", () => {
  test("is emptied once nothing of it is unsent and the server waits for nothing more", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("switched-1", "a", server);
    await ani.enrol("Satu");
    ani.storage.close();
    switchOff(server, true);
    const { courier, ended, phone } = makeCourier("switched-1", server, [ani]);
    expect(await courier.run(null)).toEqual({ sent: 1, left: 0 });
    expect(await ended.run(null)).toBe(true);
    expect(await phone.listProfiles()).toEqual([]);
    expect(await phone.find("wiped")).toMatchObject({ label: "Agen a", code: "P-1501-a" });
  });

  test("is kept while the server has not dealt with what it sent", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("switched-2", "a", server);
    switchOff(server, false);
    const { ended, phone } = makeCourier("switched-2", server, [ani]);
    expect(await ended.run(null)).toBe(false);
    expect((await phone.listProfiles()).map((one) => one.id)).toEqual(["a"]);
    expect(await ani.storage.find("identity")).toMatchObject({ revoked: true });
  });
});

test("a profile whose agent has a newer one goes when it has sent what it held", async () => {
  const server = new FakeServer();
  const ani = await makeAgent("retired-1", "a", server);
  await ani.enrol("Satu");
  const { courier, ended, phone } = makeCourier("retired-1", server, [ani]);
  await phone.changeProfile("a", (profile) => ({ ...profile, retired: true }));
  ani.storage.close();
  expect(await ended.run(null)).toBe(false);
  await courier.run(null);
  expect(await ended.run(null)).toBe(true);
  expect(names(server)).toEqual(["Satu"]);
  expect(await phone.listProfiles()).toEqual([]);
});

describe("a file of what is unsent", () => {
  const text = async (file: File | undefined) => new TextDecoder().decode(await file?.arrayBuffer());

  test("holds ops and pictures, opened by the branch only; nothing changes on the phone", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("export-1", "a", server);
    const exported = new Export(ani.storage, () => Date.UTC(2026, 10, 22, 20));
    expect(await exported.makeFiles()).toEqual([]);
    const first = await ani.enrol("Satu");
    await ani.enrol("Dua");
    const bytes = new Uint8Array([1, 2, 3]);
    const record = { sha256: "ab", bytes, size: 3, type: "image/jpeg" as const, draft: null, op: first };
    await ani.storage.putAttachment({ ...record, offset: 0, keptAt: 1, mismatches: 0 });
    const before = await ani.storage.listPending();
    const [file, ...more] = await exported.makeFiles();
    expect(more).toEqual([]);
    // In Jambi it is the 23rd already.
    expect(file?.name).toBe("perisai-P-1501-a-2026-11-23.perisai");
    const { ops, photos, device } = await openContainer(await text(file), [ani.branch]);
    expect(device).toBe(ani.device);
    expect(ops).toEqual(before.map((op) => op.line));
    expect([...photos]).toEqual([["ab", bytes]]);
    expect(await text(file)).not.toContain("Satu");
    expect(await ani.storage.listPending()).toEqual(before);
  });

  test("takes along what a profile holds whose PIN was forgotten, as it was sealed", async () => {
    const server = new FakeServer();
    const old = await makeAgent("export-3", "a", server);
    const ani = await makeAgent("export-3", "b", server);
    const other = await makeAgent("export-3", "c", server);
    await old.enrol("Satu");
    await other.enrol("Orang lain");
    const { phone } = makeCourier("export-3", server, [ani]);
    await phone.changeProfile("a", (profile) => ({ ...profile, agent: "agent-b", retired: true }));
    old.storage.lock();
    const files = await new Export(ani.storage, () => server.now).makeFiles();
    expect(files).toHaveLength(1);
    const { ops, device } = await openContainer(await text(files[0]), [old.branch]);
    expect([device, ops.length]).toEqual([old.device, 1]);
  });

  test("is made anew for the branch's present key, and needs one", async () => {
    const server = new FakeServer();
    const ani = await makeAgent("export-2", "a", server);
    const other = await makeAgent("export-2b", "b", server);
    await ani.enrol("Satu");
    await ani.storage.put("branchKey", other.branch.key);
    const exported = new Export(ani.storage, () => server.now);
    const [file] = await exported.makeFiles();
    expect((await openContainer(await text(file), [other.branch])).ops).toHaveLength(1);
    await ani.storage.put("branchKey", null as never);
    await expect(exported.makeFiles()).rejects.toMatchObject({ code: "seal_key_missing" });
  });
});
