/** What the engine adds to a form: leased codes, sealed copies, series, pictures that come later, codes for a spoken consent. */
import { describe, expect, test } from "vitest";
import type { Storage } from "../storage/storage";
import type { EnrolForm } from "./contract";
import { sha256 } from "./encoding";
import { makeBranch } from "./testing/branch";
import { json } from "./testing/fake-server";
import { enrol, makeActivePhone, makeForm, type Phone } from "./testing/world";

const CODES = ["150100000017", "150100000025"];

async function makeEquippedPhone() {
  const phone = await makeActivePhone();
  const branch = await makeBranch("k7");
  const seal_key = { id: "k7", public_key: branch.key.publicKey };
  const me = { agent: {}, branch: { seal_key }, payment_codes: { codes: CODES, until: "2026-12-31T00:00:00Z" } };
  phone.server.pages = [{ me }];
  await phone.engine.sync.now();
  phone.around.online = () => false;
  return { phone, branch };
}

async function complete(phone: Phone, draftId: string, changes: Partial<EnrolForm> = {}): Promise<string> {
  const form = makeForm("Ani", changes);
  return (await phone.engine.enrolments.complete({ draftId, form, rules: "2026-01", place: null })).id;
}

function body(phone: Phone, id: string): Record<string, unknown> {
  return phone.server.stored().find((op) => op.id === id)?.body ?? {};
}

describe("without signal", () => {
  test("the worker leaves with a leased code; with none left it works as before", async () => {
    const { phone } = await makeEquippedPhone();
    expect(phone.engine.enrolments.codesLeft.get()).toBe(2);
    const ids = [];
    for (const name of ["Ani", "Budi", "Citra"]) ids.push(await enrol(phone, name));
    expect(phone.engine.enrolments.codesLeft.get()).toBe(0);
    const codes = [];
    for (const id of ids) codes.push((await phone.engine.members.find(id))?.paymentCode);
    expect(codes).toEqual([...CODES, null]);
    expect(await phone.engine.members.find(ids[0] ?? "")).toMatchObject({ state: "unsent", amount: 8400 });
    expect((await phone.engine.members.search({ text: "0025" })).members.map((one) => one.name)).toEqual(["Budi"]);
    phone.around.online = () => true;
    await phone.engine.sync.now();
    expect(ids.map((id) => body(phone, id).payment_code)).toEqual([...CODES, null]);
  });

  test("the code on a worker's slip stays theirs when a rejected enrolment is entered again", async () => {
    const { phone } = await makeEquippedPhone();
    const { engine, server } = phone;
    const first = await enrol(phone, "Ani");
    server.judge = () => "rejected";
    phone.around.online = () => true;
    await engine.sync.now();
    const [again, twice] = [await engine.drafts.startFrom(first), await engine.drafts.startFrom(first)];
    server.judge = () => "accepted";
    const second = await complete(phone, again.id);
    const third = await complete(phone, twice.id);
    await engine.outbox.dismiss(first);
    await engine.sync.now();
    expect([first, second, third].map((id) => body(phone, id).payment_code)).toEqual([CODES[0], ...CODES]);
    expect(engine.enrolments.codesLeft.get()).toBe(0);
  });

  test("a code that a worker left with is given to nobody else, however long ago they were rejected", async () => {
    const { phone } = await makeEquippedPhone();
    const { engine, server } = phone;
    const id = await enrol(phone, "Ani");
    server.judge = () => "rejected";
    phone.around.online = () => true;
    await engine.sync.now();
    await engine.outbox.dismiss(id);
    const { storage } = engine as unknown as { storage: Storage };
    await storage.purgeOps(server.now + 1);
    const me = { agent: {}, branch: {}, payment_codes: { codes: CODES, until: "2026-12-31T00:00:00Z" } };
    server.pages = [{ me }];
    await storage.put("cursor", 0);
    await engine.sync.now();
    expect((await storage.listLeases()).map((lease) => lease.code)).toEqual([CODES[1]]);
  });

  test("codes whose time is over are not given", async () => {
    const { phone } = await makeEquippedPhone();
    phone.server.now = Date.UTC(2027, 0, 2);
    const id = await enrol(phone, "Ani");
    expect((await phone.engine.members.find(id))?.paymentCode).toBeNull();
  });

  test("what was made is sealed to the branch that the pull named, and is a file for the office", async () => {
    const { phone, branch } = await makeEquippedPhone();
    expect(await phone.engine.outbox.exportSealed()).toEqual([]);
    await enrol(phone, "Ani");
    const [file] = await phone.engine.outbox.exportSealed();
    expect(file?.name).toBe("perisai-P-1501-0001-2026-11-22.perisai");
    const [head, op] = (await file?.text())?.split("\n").map((line) => (line === "" ? null : JSON.parse(line))) ?? [];
    expect(head).toMatchObject({ v: 1, branch: 1501, key: "k7" });
    const sealed = Uint8Array.from(atob(op.sealed.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const line = await branch.unseal(sealed, head.device);
    expect(JSON.parse(new TextDecoder().decode(line))).toMatchObject({ seq: 1, body: { name: "Ani" } });
  });
});

describe("the body of an enrolment", () => {
  test("has every field of the form and nothing else; a picture that is there is not due", async () => {
    const { phone } = await makeEquippedPhone();
    const witness = { name: "Rudi", relation: "neighbour" } as const;
    const form = {
      birth_known: "year",
      phone_owner: "family",
      phone_whose: "anak: Budi",
      id_card_by: "2026-11-29",
      signature: { kind: "thumb", name: "Ani", svg: "M0 0", witness },
      secret: "x",
    } as Partial<EnrolForm>;
    const without = await complete(phone, (await phone.engine.drafts.start()).id, form);
    const draft = await phone.engine.drafts.start();
    await phone.engine.photos.attach(draft.id, new Blob([new Uint8Array([1])]));
    const withCard = await complete(phone, draft.id, form);
    expect(await phone.engine.members.find(without)).toMatchObject({ photoBy: "2026-11-29", photoPending: false });
    expect(await phone.engine.members.find(withCard)).toMatchObject({ photoBy: null, photoPending: true });
    phone.around.online = () => true;
    await phone.engine.sync.now();
    const { secret: _secret, ...fields } = form as Record<string, unknown>;
    expect(body(phone, without)).toMatchObject({ ...fields, id_card: null, series: null });
    expect(body(phone, without)).not.toHaveProperty("secret");
    expect(body(phone, withCard)).toMatchObject({ id_card_by: null, id_card: { size: 1 } });
  });
});

describe("several in a row", () => {
  test("the next keeps what they share, and nothing of the person; the series is named after its first", async () => {
    const { phone } = await makeEquippedPhone();
    const { drafts } = phone.engine;
    const witness = { name: "Rudi", relation: "coordinator" } as const;
    const signature = { kind: "thumb", name: "Ani", svg: "M0 0", witness } as const;
    const first = await complete(phone, (await drafts.start()).id, { signature, address: "Pangkalan 1" });
    const second = await drafts.startNext(first);
    expect(second).toMatchObject({ series: first, seriesPlace: 2 });
    const { address, region, jobs, income, programmes, months } = makeForm("");
    expect(second.fields).toMatchObject({ region, jobs, income, programmes, months, address: "Pangkalan 1" });
    expect(second.fields.signature).toEqual({ kind: "thumb", name: "", svg: "", witness });
    for (const own of ["name", "nik", "kk", "birth_date", "phone", "consents", "price_shown"])
      expect(second.fields).not.toHaveProperty(own);
    const next = await complete(phone, second.id);
    expect(await drafts.startNext(next)).toMatchObject({ series: first, seriesPlace: 3 });
    phone.around.online = () => true;
    await phone.engine.sync.now();
    expect([first, next].map((id) => body(phone, id).series)).toEqual([null, first]);
    // Also after the server has taken the first and its bytes are gone.
    expect((await drafts.startNext(first)).fields.address).toBe("Pangkalan 1");
    expect(address).toBe("Jl. Uji 1");
  });
});

describe("a picture that comes later", () => {
  test("goes up under its enrolment, the last one chosen, and leaves the phone", async () => {
    const { phone } = await makeEquippedPhone();
    const id = await complete(phone, (await phone.engine.drafts.start()).id, { id_card_by: "2026-11-29" });
    phone.around.online = () => true;
    await phone.engine.sync.now();
    phone.around.online = () => false;
    const bytes = new Uint8Array([7, 7]);
    await phone.engine.photos.attachLater(id, new Blob([new Uint8Array([6])]));
    await phone.engine.photos.attachLater(id, new Blob([bytes]));
    expect(phone.engine.sync.state.get().unsentPhotos).toBe(1);
    const address = await sha256(bytes);
    const asked: string[] = [];
    const { fetch } = phone.server;
    phone.around.fetch = async (input, init) => {
      if (!String(input).includes("attachments")) return await fetch(input, init);
      asked.push(`${init?.method} ${input} ${new Headers(init?.headers).get("Upload-Length") ?? ""}`);
      const complete = init?.method === "PATCH";
      return json(200, { offset: complete ? 2 : 0, size: 2, complete });
    };
    phone.around.online = () => true;
    await phone.engine.sync.now();
    const path = `/api/v1/attachments/${address}?enrolment=${id}`;
    expect(asked).toEqual([`GET ${path} `, `PATCH ${path} 2`]);
    expect(phone.engine.sync.state.get()).toMatchObject({ unsentPhotos: 0, error: null });
    expect(await phone.engine.photos.find(address)).toBeNull();
  });

  test("that nobody waits for any more leaves the phone, too", async () => {
    const { phone } = await makeEquippedPhone();
    const id = await enrol(phone, "Ani");
    phone.around.online = () => true;
    await phone.engine.sync.now();
    await phone.engine.photos.attachLater(id, new Blob([new Uint8Array([6])]));
    const { fetch } = phone.server;
    phone.around.fetch = (input, init) =>
      String(input).includes("attachments") ? Promise.resolve(json(422, { code: "E6013" })) : fetch(input, init);
    await phone.engine.sync.now();
    expect(phone.engine.sync.state.get()).toMatchObject({ unsentPhotos: 0, error: null });
  });
});

describe("a code for a spoken consent", () => {
  test("is asked for under the phone's signature; without signal there is none", async () => {
    const { phone } = await makeEquippedPhone();
    await expect(phone.engine.enrolments.consentCode("+62812")).rejects.toMatchObject({ code: "offline" });
    phone.around.online = () => true;
    phone.server.mishaps = [
      ({ path, body: sent }) =>
        path === "/api/v1/sync/consent-code" && new TextDecoder().decode(sent) === '{"phone":"+62812"}'
          ? json(200, { challenge: "c-1", seconds: 600 })
          : null,
    ];
    expect(await phone.engine.enrolments.consentCode("+62812")).toBe("c-1");
  });

  test("whoever is enrolled with a group carries its id, and the next of the group has what the last one had", async () => {
    const { phone } = await makeEquippedPhone();
    const { drafts } = phone.engine;
    const start = await drafts.startInGroup("g-1", { region: "15.71.08.1001", address: "Simpang Rimbo" });
    expect(start).toMatchObject({ group: "g-1", series: null, fields: { address: "Simpang Rimbo" } });
    const first = await complete(phone, start.id, { address: "Simpang Rimbo", months: 3 });
    const alone = await complete(phone, (await drafts.start()).id);
    const second = await drafts.startInGroup("g-1", { address: "elsewhere" });
    expect(second).toMatchObject({ group: "g-1", series: first, seriesPlace: 2 });
    expect(second.fields).toMatchObject({ address: "Simpang Rimbo", months: 3 });
    const next = await complete(phone, second.id);
    phone.around.online = () => true;
    await phone.engine.sync.now();
    expect([first, next, alone].map((id) => body(phone, id).group)).toEqual(["g-1", "g-1", undefined]);
    expect(await drafts.startNext(next)).toMatchObject({ group: "g-1", series: first, seriesPlace: 3 });
  });
});
