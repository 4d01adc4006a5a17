import { describe, expect, test } from "vitest";
import { backoff } from "./sync";
import { json, problem } from "./testing/fake-server";
import { enrol, makeActivePhone, makePhone, type Phone, statuses } from "./testing/world";

const once = (response: () => Response) => [
  ({ path }: { path: string }) => (path.includes("push") ? response() : null),
];

/** Whatever goes wrong on the way, the next good round delivers everything once. */
async function expectDeliveredOnce(phone: Phone, names: number): Promise<void> {
  await phone.engine.sync.now();
  await phone.engine.sync.now();
  const stored = phone.server.stored();
  expect(stored.map((op) => op.seq)).toEqual(Array.from({ length: names }, (_, n) => n + 1));
  expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 0, oldestUnsentAt: null, error: null });
}

describe("push", () => {
  test("sends what was made offline, in order, and keeps the answers", async () => {
    const phone = await makeActivePhone();
    phone.around.online = () => false;
    for (const name of ["Ani", "Budi", "Citra"]) await enrol(phone, name);
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ online: false, unsent: 3, error: { code: "offline" } });
    expect(await statuses(phone)).toEqual(["Ani unsent", "Budi unsent", "Citra unsent"]);
    phone.around.online = () => true;
    await expectDeliveredOnce(phone, 3);
    expect(phone.server.pushes).toEqual([3]);
    const found = await phone.engine.members.search({ text: "budi" });
    expect(found.members[0]).toMatchObject({ state: "accepted", paymentCode: "8801500000000123", amount: 16800 });
  });

  test.each([
    [
      "a Wi-Fi login page",
      () => new Response("<html>login", { headers: { "Content-Type": "text/html" } }),
      "captive_portal",
    ],
    ["half an answer", () => new Response('{"time_token": "T1.', { status: 200 }), "bad_answer"],
    ["an answer of another form", () => json(200, { answers: "yes" }), "bad_answer"],
    ["an empty answer", () => new Response("", { status: 200 }), "bad_answer"],
    ["a proxy's 502", () => new Response("<html>", { status: 502 }), "server_error"],
    ["503", () => problem(503, "E1503", { "Retry-After": "7" }), "E1503"],
    ["429", () => new Response("", { status: 429, headers: { "Retry-After": "7" } }), "busy"],
  ])("%s loses nothing", async (_, response, code) => {
    const phone = await makeActivePhone();
    await enrol(phone, "Ani");
    phone.server.mishaps = once(response);
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 1, error: { code } });
    await expectDeliveredOnce(phone, 1);
  });

  test("a connection cut after the server kept everything sends the same bytes again", async () => {
    const phone = await makeActivePhone();
    for (const name of ["Ani", "Budi"]) await enrol(phone, name);
    const { fetch } = phone.server;
    phone.around.fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (String(input).includes("push")) throw new TypeError("network");
      return response;
    };
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 2, error: { code: "unreachable" } });
    phone.around.fetch = fetch;
    await expectDeliveredOnce(phone, 2);
  });

  test("413 halves the batch until it fits", async () => {
    const phone = await makeActivePhone();
    for (let n = 0; n < 12; n += 1) await enrol(phone, `Orang ${n}`);
    const { fetch } = phone.server;
    phone.around.fetch = async (input, init) => {
      const body = new TextDecoder().decode(init?.body as Uint8Array<ArrayBuffer> | undefined);
      const tooMany = String(input).includes("push") && body.split("\n").length > 4;
      return tooMany ? problem(413, "E6001") : fetch(input, init);
    };
    await expectDeliveredOnce(phone, 12);
    expect(Math.max(...phone.server.pushes)).toBeLessThanOrEqual(3);
  });

  test("many ops go in small pieces at first, in larger ones on a line that proves fast", async () => {
    const phone = await makeActivePhone();
    for (let n = 0; n < 170; n += 1) await enrol(phone, `Orang ${n}`);
    await expectDeliveredOnce(phone, 170);
    const [first = 0, second = 0, third = 0] = phone.server.pushes;
    expect(first).toBeGreaterThan(10);
    expect(first).toBeLessThan(40);
    expect(second).toBeGreaterThan(first * 1.8);
    expect(third).toBeGreaterThan(first * 1.8);
  });

  test("one op that the server cannot read does not block the others", async () => {
    const phone = await makeActivePhone();
    phone.server.judge = (op) => (op.body.name === "Budi" ? "invalid" : "accepted");
    for (const name of ["Ani", "Budi"]) await enrol(phone, name);
    await phone.engine.sync.now();
    await enrol(phone, "Citra");
    await phone.engine.sync.now();
    expect(phone.engine.outbox.list.get().map((op) => [op.name, op.status, op.error?.code])).toEqual([
      ["Budi", "invalid", "op_unreadable"],
      ["Citra", "held", undefined],
    ]);
    phone.server.judge = () => "accepted";
    phone.server.now += 61_000;
    await expectDeliveredOnce(phone, 3);
  });

  test("a rejected op stays with its reason until it is dismissed, and can be mended", async () => {
    const phone = await makeActivePhone();
    phone.server.judge = () => "rejected";
    const id = await enrol(phone, "Ani");
    await phone.engine.sync.now();
    const [op] = phone.engine.outbox.list.get();
    expect(op).toMatchObject({
      id,
      status: "rejected",
      error: { code: "E3101", text: { en: "Refused", action: { en: "b" } } },
    });
    const draft = await phone.engine.drafts.startFrom(id);
    expect(draft.fields).toMatchObject({ name: "Ani", nik: "1571084107909001" });
    expect(draft.fields.consents).toBeUndefined();
    await phone.engine.outbox.dismiss(id);
    await phone.engine.sync.now();
    expect(phone.engine.outbox.list.get()).toEqual([]);
    expect(await statuses(phone)).toEqual([]);
  });

  test("the bytes with the NIK leave the phone's storage once the op is accepted", async () => {
    const phone = await makeActivePhone();
    const id = await enrol(phone, "Ani");
    await phone.engine.sync.now();
    await expect(phone.engine.drafts.startFrom(id)).rejects.toMatchObject({ code: "draft_missing" });
    expect((await phone.engine.members.find(id))?.nik).toBe("1571**********01");
  });
});

describe("pull", () => {
  const member = (id: string, name: string, more: object = {}) => ({
    id,
    gone: false,
    name,
    nik: "1571**********01",
    state: "accepted",
    captured_on: "2026-11-22",
    ...more,
  });

  test("takes pages in turn, forgets what is gone, and shows the record instead of its op", async () => {
    const phone = await makeActivePhone();
    const id = await enrol(phone, "Ani");
    phone.server.pages = [
      { members: [member(`e-${id}`, "Ani", { state: "active" }), member("x", "Lama")] },
      { members: [{ id: "x", gone: true }, member("y", "Baru")] },
    ];
    await phone.engine.sync.now();
    expect(await statuses(phone)).toEqual(["Ani active", "Baru accepted"]);
    expect(phone.engine.me.get()).toMatchObject({ today: { enrolled: 3, active: 0 }, rules: "2026-01" });
    expect(phone.engine.sync.state.get().lastSyncAt).toBe(phone.server.now);
  });

  test("work and figures are new where only the villages cannot be had, which is told", async () => {
    const phone = await makeActivePhone();
    phone.server.mishaps.push(({ path }) => (path.includes("/reference/regions/") ? problem(404, "E1004") : null));
    phone.server.pages = [{ members: [member("y", "Baru")] }];
    phone.server.rulesVersion = "2026-02";
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ lastSyncAt: phone.server.now, error: { code: "E1004" } });
    phone.server.mishaps = [({ path }) => (path.includes("/sync/pull") ? problem(500, "E1000") : null)];
    const before = phone.server.now;
    phone.server.now += 60_000;
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get().lastSyncAt).toBe(before);
  });

  test("a decision on an op in review comes by pull", async () => {
    const phone = await makeActivePhone();
    phone.server.judge = () => "review";
    const id = await enrol(phone, "Ani");
    await phone.engine.sync.now();
    expect(await statuses(phone)).toEqual(["Ani review"]);
    const result = { enrolment: "e1", payment_code: "88", amount: 16800, pay_link: null };
    phone.server.pages = [{ answers: [{ op: id, seq: 1, status: "accepted", code: null, text: null, result }] }];
    await phone.engine.sync.now();
    expect(await phone.engine.members.find(id)).toMatchObject({ state: "accepted", paymentCode: "88", key: "e1" });
  });

  test("a half page moves no cursor", async () => {
    const phone = await makeActivePhone();
    phone.server.pages = [{ members: [member("x", "Ani")] }];
    phone.server.mishaps = [({ path }) => (path.includes("pull") ? new Response('{"cursor": 9, "mem') : null)];
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get().error?.code).toBe("bad_answer");
    await phone.engine.sync.now();
    expect(await statuses(phone)).toEqual(["Ani accepted"]);
  });

  test("a token that the server calls too old is replaced once", async () => {
    const phone = await makeActivePhone();
    phone.server.mishaps = [({ path }) => (path.includes("pull") ? problem(401, "E2004") : null)];
    phone.server.requests.length = 0;
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get().error).toBeNull();
    expect(phone.server.requests.filter((one) => one.includes("/sync/"))).toEqual([
      "GET /api/v1/sync/pull?cursor=0&limit=100",
      "POST /api/v1/sync/time",
      "GET /api/v1/sync/pull?cursor=0&limit=100",
    ]);
  });
});

describe("a phone that the branch switched off", () => {
  test("says so, still drains what it has, and makes nothing new", async () => {
    const phone = await makeActivePhone();
    phone.server.revoked = true;
    await phone.engine.sync.now();
    expect(phone.engine.device.get().phase).toBe("revoked");
    expect(phone.engine.sync.state.get().error).toMatchObject({ code: "revoked", text: { en: "wrong E2002" } });
    await expect(enrol(phone, "Ani")).rejects.toMatchObject({ code: "revoked" });
  });

  test("activated again begins a new chain and sends the old one under the old device", async () => {
    const phone = await makeActivePhone();
    await enrol(phone, "Ani");
    await phone.engine.sync.now();
    phone.around.online = () => false;
    await enrol(phone, "Budi");
    phone.around.online = () => true;
    phone.server.mishaps = once(() => problem(503, "E1503"));
    await phone.engine.activation.activate("7K3QXM0A9T");
    await enrol(phone, "Citra");
    await phone.engine.sync.now();
    const [old, young] = [...phone.server.devices.values()].map((device) => [...device.ops.values()]);
    expect(old?.map((op) => [op.seq, op.body.name])).toEqual([
      [1, "Ani"],
      [2, "Budi"],
    ]);
    expect(young?.map((op) => [op.seq, op.body.name, op.prev])).toEqual([[1, "Citra", "0".repeat(64)]]);
  });
});

test("a former device that the server no longer knows keeps its ops and holds up nobody", async () => {
  const phone = await makeActivePhone();
  phone.around.online = () => false;
  await enrol(phone, "Ani");
  phone.around.online = () => true;
  const former = phone.engine.device.get().device ?? "";
  phone.server.devices.delete(former);
  await phone.engine.activation.activate("7K3QXM0A9T");
  await enrol(phone, "Budi");
  await phone.engine.sync.now();
  expect(phone.server.stored().map((op) => op.body.name)).toEqual(["Budi"]);
  expect(phone.engine.device.get().phase).toBe("active");
  expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 1, error: { code: "unauthorised" } });
});

describe("the phone itself", () => {
  test("a restart in the middle keeps chain, drafts and outbox", async () => {
    const phone = await makeActivePhone();
    phone.around.online = () => false;
    await enrol(phone, "Ani");
    const draft = await phone.engine.drafts.start({ name: "Setengah" });
    phone.engine.close();
    const again = await makePhone({ server: phone.server, database: phone.database });
    expect(again.engine.drafts.list.get().map((one) => one.id)).toEqual([draft.id]);
    expect(again.engine.sync.state.get().unsent).toBe(1);
    await enrol(again, "Budi");
    await expectDeliveredOnce(again, 2);
  });

  test("a clock days off is told, and the work goes on", async () => {
    const phone = await makeActivePhone();
    phone.around.now = () => phone.server.now + 3 * 86_400_000;
    await enrol(phone, "Ani");
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 0, error: { code: "clock_wrong" } });
  });

  test("an enrolment that is taken back travels behind it", async () => {
    const phone = await makeActivePhone();
    const id = await enrol(phone, "Ani");
    await phone.engine.enrolments.cancel(id, "mistake");
    expect(await phone.engine.members.find(id)).toMatchObject({ cancelling: true, canCancel: false });
    await phone.engine.sync.now();
    expect(phone.server.stored().map((op) => [op.kind, op.body.enrolment_op])).toEqual([
      ["enrol", undefined],
      ["cancel", id],
    ]);
  });
});

test("pauses between tries double up to five minutes and are spread", () => {
  expect([1, 2, 3, 20].map((failures) => backoff(failures, 1))).toEqual([2_000, 4_000, 8_000, 300_000]);
  expect(backoff(3, 0)).toBe(4_000);
});
