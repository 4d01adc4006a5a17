import { describe, expect, test } from "vitest";
import type { Storage } from "../storage/storage";
import { Export } from "./export";
import { sealPending } from "./seal-pending";
import { makeAgent, openContainer, sealedServer } from "./testing/agents";
import { makeCourier, switchOff } from "./testing/couriers";
import { FakeServer, problem } from "./testing/fake-server";
import { enrol, makeActivePhone } from "./testing/world";

async function setUp(name: string) {
  const server = new FakeServer();
  const ani = await makeAgent(name, "a", server);
  const op = await ani.enrol("Satu");
  const photo = await ani.picture(op, 1, 2, 3);
  return { server, ani, op, photo, ...makeCourier(name, server, [ani]) };
}

describe("a photo of a locked phone", () => {
  test("goes sealed after its op and leaves the phone", async () => {
    const { server, ani, photo, courier } = await setUp("photo-1");
    ani.storage.lock();
    expect(await ani.storage.locked.count()).toMatchObject({ photos: 1, wantedPhotos: 1, sealedPhotos: 1 });
    expect(await courier.run(null)).toEqual({ sent: 2, left: 0 });
    expect(server.attachments.get(photo)?.bytes).toEqual([1, 2, 3]);
    expect(await ani.storage.locked.listPhotos()).toEqual([]);
    expect(await courier.run(null)).toEqual({ sent: 0, left: 0 });
  });

  test("also where the op was answered and its bytes are gone before it was locked", async () => {
    const { server, ani, op, photo, courier } = await setUp("photo-2");
    await courier.run("nobody's");
    server.attachments.clear();
    await ani.picture(op, 1, 2, 3);
    const answer = { op, status: "accepted" as const, error: null, result: null };
    await ani.storage.applyAnswers(ani.device, [answer], null, 1);
    expect((await ani.storage.findOp(op))?.line).toBeNull();
    ani.storage.lock();
    expect(await courier.run(null)).toEqual({ sent: 1, left: 0 });
    expect(server.attachments.has(photo)).toBe(true);
  });

  test("what the server cannot take yet stays, and is asked about again; what it never takes goes", async () => {
    const { server, ani, op, courier } = await setUp("photo-3");
    server.judge = () => "held";
    expect(await courier.run(null)).toEqual({ sent: 1, left: 1 });
    server.judge = () => "rejected";
    const known = server.devices.get(ani.device)?.ops.get(op);
    if (known !== undefined) known.status = "rejected";
    expect((await courier.run(null)).left).toBe(1);
    server.now += 6 * 60_000;
    expect(await courier.run(null)).toEqual({ sent: 1, left: 0 });
    expect(await ani.storage.locked.listPhotos()).toEqual([]);
  });

  test("a copy that does not open is given up, and made anew when the vault is open", async () => {
    const { ani, courier, around } = await setUp("photo-4");
    const { fetch } = around;
    around.fetch = async (input, init) => {
      const text = new TextDecoder().decode(init?.body as Uint8Array<ArrayBuffer> | undefined);
      return text.includes('"photo"') ? problem(422, "E6022") : await fetch(input, init);
    };
    await courier.run(null);
    expect(await ani.storage.locked.count()).toMatchObject({ wantedPhotos: 1, sealedPhotos: 0 });
    expect(await sealPending(ani.storage)).toBe(1);
    expect((await ani.storage.locked.count()).sealedPhotos).toBe(1);
  });

  test("a line that breaks in the middle: the same bytes go again", async () => {
    const { server, photo, courier, around } = await setUp("photo-5");
    const { fetch } = around;
    around.fetch = async (input, init) => {
      await fetch(input, init);
      throw new TypeError("killed");
    };
    await expect(courier.run(null)).rejects.toMatchObject({ code: "unreachable" });
    around.fetch = fetch;
    expect(await courier.run(null)).toEqual({ sent: 2, left: 0 });
    expect(server.attachments.get(photo)?.bytes).toEqual([1, 2, 3]);
  });
});

describe("nothing is emptied before its photos are there", () => {
  test("a phone that was switched off", async () => {
    const { server, ani, op, photo, courier, ended, phone } = await setUp("photo-6");
    server.judge = () => "held";
    switchOff(server, true);
    ani.storage.lock();
    await courier.run(null);
    expect(await ended.run(null)).toBe(false);
    const known = server.devices.get(ani.device)?.ops.get(op);
    if (known !== undefined) known.status = "review";
    server.now += 6 * 60_000;
    expect(await courier.run(null)).toEqual({ sent: 1, left: 0 });
    expect(server.attachments.has(photo)).toBe(true);
    expect(await ended.run(null)).toBe(true);
    expect(await phone.listProfiles()).toEqual([]);
  });

  test("an open phone that was switched off", async () => {
    const server = new FakeServer();
    const { branch } = await makeAgent("photo-11", "a", server);
    const phone = await makeActivePhone({ server });
    const { storage } = phone.engine as unknown as { storage: Storage };
    await storage.put("branchKey", branch.key);
    phone.around.fetch = sealedServer(server, [branch]);
    phone.around.online = () => false;
    await enrol(phone, "Ani", new Uint8Array([4]));
    Object.assign(server, { revoked: true, wipe: true });
    phone.around.online = () => true;
    await phone.engine.sync.now();
    expect(phone.engine.device.get().phase).toBe("revoked");
    expect(server.attachments.size).toBe(0);
    await phone.engine.sync.now();
    expect([...server.attachments.values()]).toEqual([{ size: 1, bytes: [4] }]);
    await expect.poll(() => phone.engine.device.get().phase).toBe("wiped");
  });

  test("a profile whose PIN was forgotten; one without a sealed copy waits for the PIN", async () => {
    const { server, ani, op, photo, courier, ended, phone } = await setUp("photo-7");
    await phone.changeProfile("a", (profile) => ({ ...profile, retired: true }));
    const late = await ani.picture(op, 9);
    await ani.storage.noteAttachment(late, { sealed: undefined, sealedKey: undefined, sealedBy: undefined });
    ani.storage.lock();
    await courier.run(null);
    expect(server.attachments.has(photo)).toBe(true);
    expect(await ended.run(null)).toBe(false);
    await ani.storage.locked.dropAttachment(late);
    expect(await ended.run(null)).toBe(true);
  });

  test("whose photos go with the file for the office, too", async () => {
    const { server, ani, photo, phone } = await setUp("photo-8");
    const present = await makeAgent("photo-8", "b", server);
    await phone.changeProfile("a", (profile) => ({ ...profile, agent: "agent-b", retired: true }));
    ani.storage.lock();
    const [file] = await new Export(present.storage, () => server.now).makeFiles();
    const text = new TextDecoder().decode(await file?.arrayBuffer());
    const { photos } = await openContainer(text, [ani.branch]);
    expect([...photos.keys()]).toEqual([photo]);
  });
});

describe("the sealed copy", () => {
  test("is made with the op, and not on a phone that has little room", async () => {
    const server = new FakeServer();
    const { branch } = await makeAgent("photo-9", "a", server);
    const phone = await makeActivePhone({ server });
    const { storage } = phone.engine as unknown as { storage: Storage };
    await storage.put("branchKey", branch.key);
    phone.around.online = () => false;
    await enrol(phone, "Ani", new Uint8Array([1]));
    expect(await storage.locked.count()).toMatchObject({ wantedPhotos: 1, sealedPhotos: 1 });
    phone.around.room.estimate = () => Promise.resolve({ usedBytes: 1, freeBytes: 1 });
    const second = await enrol(phone, "Budi", new Uint8Array([2]));
    expect(await storage.locked.count()).toMatchObject({ wantedPhotos: 2, sealedPhotos: 1 });
    await phone.engine.photos.attachLater(second, new Blob([new Uint8Array([3])]));
    phone.around.room.estimate = () => Promise.resolve(null);
    await sealPending(storage);
    expect(await storage.locked.count()).toMatchObject({ wantedPhotos: 2, sealedPhotos: 2 });
  });

  test("is made anew for the branch's new key", async () => {
    const { server, ani, op } = await setUp("photo-10");
    const other = await makeAgent("photo-10b", "b", server);
    await ani.storage.put("branchKey", other.branch.key);
    await sealPending(ani.storage);
    const [photo] = await ani.storage.locked.listPhotos();
    expect(photo).toMatchObject({ op, sealedKey: other.branch.key.id });
  });
});
