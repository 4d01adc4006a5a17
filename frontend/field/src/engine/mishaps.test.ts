/** What may happen to a phone in the field, and that nothing is lost by it. */
import { describe, expect, test, vi } from "vitest";
import { FakeServer, json, problem } from "./testing/fake-server";
import { enrol, makeActivePhone, makePhone, type Phone, statuses } from "./testing/world";

const DAY = 86_400_000;
const YEAR = 365 * DAY;

function unsent(phone: Phone): number {
  return phone.engine.sync.state.get().unsent;
}

function seqs(phone: Phone): number[] {
  return phone.server.stored().map((op) => op.seq);
}

describe("a clock that is set", () => {
  test.each([
    ["back a year", -YEAR],
    ["forward a year", YEAR],
  ])("%s between enrolling and sending: all arrives, and the agent is told", async (_, shift) => {
    const phone = await makeActivePhone();
    await enrol(phone, "Ani");
    phone.around.now = () => phone.server.now + shift;
    await enrol(phone, "Budi");
    await phone.engine.sync.now();
    expect(seqs(phone)).toEqual([1, 2]);
    expect(phone.engine.sync.state.get()).toMatchObject({ unsent: 0, error: { code: "clock_wrong" } });
    expect(phone.engine.keeping.get().warnings.map((one) => one.kind)).toContain("clock");
  });

  test("back a year after an op was sent but not judged: it is asked about all the same", async () => {
    const phone = await makeActivePhone();
    phone.server.judge = () => "received";
    await enrol(phone, "Ani");
    await phone.engine.sync.now();
    phone.server.judge = () => "accepted";
    phone.around.now = () => phone.server.now - YEAR;
    await phone.engine.sync.now();
    expect(await statuses(phone)).toEqual(["Ani accepted"]);
  });

  test("the day of an enrolment is the branch's day, whatever the phone's time zone is", async () => {
    const phone = await makeActivePhone();
    phone.server.now = Date.UTC(2026, 10, 22, 18, 30);
    const id = await enrol(phone, "Ani");
    const before = process.env.TZ;
    process.env.TZ = "America/New_York";
    const other = await enrol(phone, "Budi");
    process.env.TZ = before;
    for (const one of [id, other])
      expect(await phone.engine.members.find(one)).toMatchObject({ capturedOn: "2026-11-23" });
  });
});

describe("a server that asks to wait", () => {
  test("is waited for as long as it says, on a clock that nobody can set, and for a quarter of an hour at most", async () => {
    const phone = await makeActivePhone();
    await enrol(phone, "Ani");
    for (const [said, ms] of [
      ["7", 7_000],
      ["999999999", 900_000],
    ] as const) {
      phone.server.mishaps = [
        ({ path }) => (path.includes("push") ? problem(503, "E1503", { "Retry-After": said }) : null),
      ];
      phone.around.now = () => phone.server.now + YEAR;
      await phone.engine.sync.now();
      const { notBefore } = (phone.engine as unknown as { rounds: { notBefore: number } }).rounds;
      expect(notBefore - phone.around.mono()).toBe(ms);
    }
    await phone.engine.sync.now();
    expect(unsent(phone)).toBe(0);
  });
});

describe("a bad line", () => {
  /** `rate` bytes a second, cut every `alive` ms; both ways count. The clock moves with what is on the line. */
  function badLine(phone: Phone, rate: number, alive: number): { largest: number } {
    const { server } = phone;
    const { fetch } = server;
    const seen = { largest: 0 };
    const take = (bytes: number): void => {
      const left = alive - (server.now % alive);
      const needs = 200 + (bytes / rate) * 1_000;
      server.now += Math.ceil(Math.min(left, needs));
      if (needs > left) throw new TypeError("network");
    };
    phone.around.fetch = async (input, init) => {
      const body = init?.body as Uint8Array<ArrayBuffer> | undefined;
      seen.largest = Math.max(seen.largest, body?.length ?? 0);
      take(body?.length ?? 0);
      const response = await fetch(input, init);
      const text = await response.clone().text();
      take(text.length);
      return response;
    };
    return seen;
  }

  test("of 20 kB/s that drops every ten seconds gets a day's work, its pictures and the list through", async () => {
    const phone = await makeActivePhone();
    const pictures = [1, 2, 3].map((n) =>
      Uint8Array.from({ length: 150_000 }, (_, at) => (at * n * 31 + (at >> 8)) % 251),
    );
    phone.around.online = () => false;
    for (let n = 0; n < 60; n += 1) await enrol(phone, `Orang ${n}`, pictures[n]);
    phone.around.online = () => true;
    phone.server.pages = Array.from({ length: 10 }, (_, page) => ({
      members: Array.from({ length: 100 }, (_, n) => ({ id: `m${page}-${n}`, name: `Lama ${n}`, state: "active" })),
    }));
    badLine(phone, 20_000, 10_000);
    const began = phone.server.now;
    const isDone = (): boolean => {
      const { unsent: ops, unsentPhotos, error } = phone.engine.sync.state.get();
      return ops === 0 && unsentPhotos === 0 && error === null;
    };
    for (let rounds = 0; rounds < 100 && !isDone(); rounds += 1) {
      await phone.engine.sync.now();
      phone.server.now += 1_500;
    }
    expect(isDone()).toBe(true);
    expect(seqs(phone)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(phone.server.attachments.size).toBe(3);
    expect((await phone.engine.members.search({ text: "lama" })).total).toBe(1_000);
    // 60 ops of 1.2 kB, 450 kB of pictures and 60 kB of members take about half a minute on a line that never drops.
    expect(phone.server.now - began).toBeLessThan(3 * 60_000);
  });

  test("while something gets through, the next try is soon, however often it drops", async () => {
    const phone = await makeActivePhone();
    for (let n = 0; n < 200; n += 1) await enrol(phone, `Orang ${n}`);
    const { fetch } = phone.server;
    const pauses: number[] = [];
    let asked = 0;
    phone.around.fetch = (input, init) => {
      asked += 1;
      return asked % 2 === 0 ? Promise.reject(new TypeError("network")) : fetch(input, init);
    };
    for (let rounds = 0; rounds < 5; rounds += 1) {
      await phone.engine.sync.now();
      pauses.push((phone.engine as unknown as { rounds: { failures: number } }).rounds.failures);
    }
    expect(Math.max(...pauses)).toBe(1);
  });
});

describe("a list that cannot be the agent's", () => {
  const page = (from: number, count: number) => ({
    members: Array.from({ length: count }, (_, n) => ({
      id: `m${from + n}`,
      name: `Orang ${from + n}`,
      state: "active",
    })),
  });

  test("is not taken beyond 20,000; the agent is told, work goes on, and a mended list is taken", async () => {
    const phone = await makeActivePhone();
    phone.server.pages = Array.from({ length: 25 }, (_, n) => page(n * 2_000, 2_000));
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get().error?.code).toBe("too_many_members");
    expect((await phone.engine.members.search({})).total).toBe(20_000);
    await enrol(phone, "Ani");
    await phone.engine.sync.now();
    expect(unsent(phone)).toBe(0);
    expect(seqs(phone)).toEqual([1]);
    phone.server.pages[10] = { members: Array.from({ length: 500 }, (_, n) => ({ id: `m${n}`, gone: true })) };
    phone.server.pages.length = 11;
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get().error).toBeNull();
    expect((await phone.engine.members.search({ text: "orang" })).total).toBe(19_500);
  }, 60_000);
});

test("an answer that never ends is not read to its end", async () => {
  const phone = await makeActivePhone();
  const members = Array.from({ length: 50_000 }, (_, n) => ({ id: `m${n}`, name: `Orang ${n}`, state: "active" }));
  phone.server.pages = [{ members }];
  await phone.engine.sync.now();
  expect(phone.engine.sync.state.get().error?.code).toBe("too_many_members");
  expect((await phone.engine.members.search({})).total).toBe(0);
  phone.server.pages = [];
  await phone.engine.sync.now();
  expect(phone.engine.sync.state.get().error).toBeNull();
});

describe("a full phone", () => {
  test("in the middle of a photo: draft and former photo stay, the new one is refused, nothing is half done", async () => {
    const phone = await makeActivePhone();
    const draft = await phone.engine.drafts.start({ name: "Ani" });
    const first = await phone.engine.photos.attach(draft.id, new Blob([new Uint8Array([1, 2])]));
    const full = Object.assign(new Error(), { name: "QuotaExceededError" });
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(() => {
      throw full;
    });
    await expect(phone.engine.photos.attach(draft.id, new Blob([new Uint8Array([3])]))).rejects.toMatchObject({
      code: "storage_full",
    });
    expect(await phone.engine.drafts.open(draft.id)).toMatchObject({ fields: { name: "Ani" }, photo: first });
    expect(await phone.engine.photos.find(first.sha256)).not.toBeNull();
    expect(phone.engine.keeping.get().warnings[0]).toEqual({ kind: "space", freeBytes: 0 });
  });
});

describe("two tabs and a tab that dies", () => {
  test("both complete at once: one chain, each op once at the server", async () => {
    const phone = await makeActivePhone();
    const other = await makePhone({ server: phone.server, database: phone.database });
    await Promise.all([phone, other, phone, other].map((tab, n) => enrol(tab, `Orang ${n}`)));
    await Promise.all([phone.engine.sync.now(), other.engine.sync.now()]);
    expect(seqs(phone)).toEqual([1, 2, 3, 4]);
  });

  test("killed between hash and write: the draft is still there, and the next tab goes on where the chain ends", async () => {
    const phone = await makeActivePhone();
    await enrol(phone, "Ani");
    const { storage } = phone.engine as unknown as { storage: { appendOp: () => Promise<boolean> } };
    vi.spyOn(storage, "appendOp").mockImplementation(() => new Promise(() => undefined));
    void enrol(phone, "Budi");
    await expect.poll(() => vi.mocked(storage.appendOp).mock.calls.length).toBe(1);
    phone.engine.close();
    const next = await makePhone({ server: phone.server, database: phone.database });
    expect(next.engine.drafts.list.get().map((draft) => draft.fields.name)).toEqual(["Budi"]);
    await enrol(next, "Citra");
    await next.engine.sync.now();
    expect(phone.server.stored().map((op) => [op.seq, op.body.name])).toEqual([
      [1, "Ani"],
      [2, "Citra"],
    ]);
  });

  test("killed after sending, before the answer: the same bytes go again and are there once", async () => {
    const phone = await makeActivePhone();
    for (const name of ["Ani", "Budi"]) await enrol(phone, name);
    const { fetch } = phone.server;
    let arrived = false;
    phone.around.fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).includes("push")) return response;
      arrived = true;
      return await new Promise(() => undefined);
    };
    void phone.engine.sync.now();
    await expect.poll(() => arrived).toBe(true);
    phone.engine.close();
    const next = await makePhone({ server: phone.server, database: phone.database });
    expect(unsent(next)).toBe(2);
    await next.engine.sync.now();
    expect(unsent(next)).toBe(0);
    expect(seqs(next)).toEqual([1, 2]);
    expect(await statuses(next)).toEqual(["Ani accepted", "Budi accepted"]);
  });

  test("a form completed twice is one op", async () => {
    const phone = await makeActivePhone();
    const draft = await phone.engine.drafts.start({ name: "Ani" });
    const { makeForm } = await import("./testing/world");
    const input = { draftId: draft.id, form: makeForm("Ani"), rules: "r", place: null };
    const first = await phone.engine.enrolments.complete(input);
    expect(await phone.engine.enrolments.complete(input)).toMatchObject({ id: first.id, seq: 1 });
  });
});

describe("a phone that was switched off", () => {
  test("drains, and is emptied when the server waits for nothing more", async () => {
    const phone = await makeActivePhone();
    phone.around.online = () => false;
    await enrol(phone, "Ani");
    phone.around.online = () => true;
    const { fetch } = phone.server;
    let wipe = false;
    phone.around.fetch = (input, init) => {
      const path = String(input);
      if (path.includes("/push") || path.includes("/time")) return fetch(input, init);
      return Promise.resolve(json(403, { code: "E2002", wipe }));
    };
    await phone.engine.sync.now();
    expect(phone.engine.device.get().phase).toBe("revoked");
    expect(seqs(phone)).toEqual([1]);
    wipe = true;
    await phone.engine.sync.now();
    expect(phone.engine.device.get().phase).toBe("wiped");
  });
});

test("the fake server is one", () => {
  expect(new FakeServer().stored()).toEqual([]);
});
