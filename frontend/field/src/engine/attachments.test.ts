import { expect, test } from "vitest";
import { sha256 } from "./encoding";
import { json } from "./testing/fake-server";
import { enrol, makeActivePhone, makePhone, type Phone } from "./testing/world";

function picture(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, place) => (place * 31 + (place >> 8)) % 251);
}

function patches(phone: Phone): number {
  return phone.server.requests.filter((one) => one.startsWith("PATCH")).length;
}

async function expectComplete(phone: Phone, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const address = await sha256(bytes);
  const kept = phone.server.attachments.get(address)?.bytes ?? [];
  expect(await sha256(Uint8Array.from(kept))).toBe(address);
  expect(phone.engine.sync.state.get()).toMatchObject({ unsentPhotos: 0, error: null });
  expect(await phone.engine.photos.find(address)).toBeNull();
}

test("a photo follows its op in parts, and leaves the phone when the server has it whole", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(600_000);
  const id = await enrol(phone, "Ani", bytes);
  expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 1, unsentPhotos: 1 });
  expect(await phone.engine.members.find(id)).toMatchObject({ photoPending: true });
  await phone.engine.sync.now();
  // 32 kB at first, then twice as much each time.
  expect(patches(phone)).toBe(5);
  await expectComplete(phone, bytes);
  expect(await phone.engine.members.find(id)).toMatchObject({ photoPending: false });
});

test("goes on where the server has it, after the app was closed in the middle", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(600_000);
  await enrol(phone, "Ani", bytes);
  const { fetch } = phone.server;
  let parts = 0;
  phone.around.fetch = (input, init) => {
    if (init?.method === "PATCH") parts += 1;
    return parts > 1 ? Promise.reject(new TypeError("network")) : fetch(input, init);
  };
  await phone.engine.sync.now();
  expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 0, unsentPhotos: 1, error: { code: "unreachable" } });
  phone.engine.close();
  const again = await makePhone({ server: phone.server, database: phone.database });
  phone.server.requests.length = 0;
  await again.engine.sync.now();
  expect(patches(again)).toBe(5);
  await expectComplete(again, bytes);
});

test("a part whose answer was lost is not sent twice", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(300_000);
  await enrol(phone, "Ani", bytes);
  const { fetch } = phone.server;
  let lost = false;
  phone.around.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method !== "PATCH" || lost) return response;
    lost = true;
    throw new TypeError("network");
  };
  await phone.engine.sync.now();
  await phone.engine.sync.now();
  await expectComplete(phone, bytes);
});

test("a wrong offset is put right by the 409's own position", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(300_000);
  await enrol(phone, "Ani", bytes);
  phone.server.mishaps = [
    ({ method, path }) =>
      method === "GET" && path.includes("attach") ? json(200, { offset: 7, size: 300_000, complete: false }) : null,
  ];
  await phone.engine.sync.now();
  await expectComplete(phone, bytes);
});

test("bytes that do not match are sent again from the start, three times at most", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(100_000);
  await enrol(phone, "Ani", bytes);
  const { fetch } = phone.server;
  phone.around.fetch = (input, init) =>
    init?.method === "PATCH"
      ? Promise.resolve(json(422, { offset: 0, size: 100_000, complete: false }))
      : fetch(input, init);
  await phone.engine.sync.now();
  await phone.engine.sync.now();
  expect(phone.engine.sync.state.get()).toMatchObject({ unsentPhotos: 1, error: null });
});

test("while no judged op names it, it waits", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(1000);
  phone.server.judge = () => "received";
  await enrol(phone, "Ani", bytes);
  phone.server.mishaps = [({ path }) => (path.includes("attach") ? json(404, {}) : null)];
  await phone.engine.sync.now();
  expect(phone.engine.sync.state.get()).toMatchObject({ unsentPhotos: 1, error: null });
  await phone.engine.sync.now();
  await expectComplete(phone, bytes);
});

test("another picture takes the place of the one before; a discarded draft takes its picture along", async () => {
  const phone = await makeActivePhone();
  const draft = await phone.engine.drafts.start();
  const first = await phone.engine.photos.attach(draft.id, new Blob([picture(10)]));
  const second = await phone.engine.photos.attach(draft.id, new Blob([picture(20)]));
  expect(await phone.engine.photos.find(first.sha256)).toBeNull();
  expect((await phone.engine.drafts.open(draft.id)).photo).toEqual(second);
  await phone.engine.drafts.discard(draft.id);
  phone.engine.close();
  phone.server.now += 2 * 86_400_000;
  const again = await makePhone({ server: phone.server, database: phone.database });
  await expect.poll(() => again.engine.photos.find(second.sha256)).toBeNull();
});

test("a photo of a former device goes under the present one", async () => {
  const phone = await makeActivePhone();
  const bytes = picture(1000);
  await enrol(phone, "Ani", bytes);
  phone.server.mishaps = [({ path }) => (path.includes("attach") ? json(404, {}) : null)];
  await phone.engine.activation.activate("7K3QXM0A9T");
  phone.server.revokedDevice = [...phone.server.devices.keys()][0] ?? null;
  await phone.engine.sync.now();
  await expectComplete(phone, bytes);
  expect(phone.engine.device.get().phase).toBe("active");
});
