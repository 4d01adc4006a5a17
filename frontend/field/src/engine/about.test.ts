/** The agent's own papers: fetched when old or changed, kept offline, sealed like everything about a person. */
import { expect, test } from "vitest";
import type { Storage } from "../storage/storage";
import { isDue } from "./about";
import type { AboutView, MeView } from "./contract";
import { json } from "./testing/fake-server";
import { makeActivePhone, makePhone, type Phone } from "./testing/world";

const HOUR = 3_600_000;
const PHOTO = { sha256: "ab", type: "image/webp", data: "AAAA" };

function papers(phone: Phone, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { since: "2025-07-01", licence: null, photo: null, as_of_ms: phone.server.now, ...more };
}

/** Answers the next requests for the papers, and the rest as ever; what was asked is returned. */
function answerWith(phone: Phone, ...answers: Record<string, unknown>[]): string[] {
  const asked: string[] = [];
  const normal = phone.server.fetch;
  phone.around.fetch = async (input, init) => {
    const path = String(input);
    if (!path.startsWith("/api/v1/agent/me")) return await normal(input, init);
    asked.push(path);
    return json(200, { ...phone.server.token(), ...(answers.length > 1 ? answers.shift() : answers[0]) });
  };
  return asked;
}

async function makeFollowed(first: Record<string, unknown>, ...rest: Record<string, unknown>[]) {
  const phone = await makePhone();
  const asked = answerWith(phone, papers(phone, first), ...rest.map((more) => papers(phone, more)));
  await phone.engine.activation.activate("7K3QX-M0A9T");
  await phone.engine.sync.now();
  return { phone, asked };
}

/** A round that the agent did not ask for. */
async function quietRound(phone: Phone): Promise<void> {
  const { rounds } = phone.engine as unknown as { rounds: { next(): Promise<void> } };
  await rounds.next();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

test("they are there without signal, and a damaged part is left out", async () => {
  const entry = { id: "f1", title: { id: "Peringatan", en: "Warning" }, on: "2026-11-10", can_appeal: true };
  const { phone } = await makeFollowed({
    file: [entry, 7],
    exams: "x",
    check: { url: "https://x/agen/1", qr: ["10"] },
  });
  phone.around.online = () => false;
  const about = phone.engine.about.get();
  expect(about?.file).toMatchObject([{ ...entry, text: "", until: null, is_over: false, appeal: null }]);
  expect(about?.exams).toEqual([]);
  expect(about?.check).toEqual({ url: "https://x/agen/1", qr: ["10"] });
});

test("a quiet round asks only for what is old, or what the pull says has changed", async () => {
  const held = { licence: { number: "L1", valid_from: "2026-01-01", valid_to: "2026-12-31", state: "suspended" } };
  const { phone, asked } = await makeFollowed({}, held);
  expect(asked).toHaveLength(1);
  await quietRound(phone);
  expect(asked).toHaveLength(1);
  phone.server.pages = [{ cursor: 0, me: { agent: {}, branch: {}, licence: held.licence } }];
  await (phone.engine as unknown as { storage: Storage }).storage.put("cursor", 0);
  await quietRound(phone);
  expect(asked).toHaveLength(2);
  expect(phone.engine.about.get()?.licence?.state).toBe("suspended");
  await quietRound(phone);
  expect(asked).toHaveLength(2);
  phone.server.now += 7 * HOUR;
  await quietRound(phone);
  expect(asked).toHaveLength(3);
});

test("a photo that the phone has is not sent again", async () => {
  const { phone, asked } = await makeFollowed({ photo: PHOTO }, { photo: { ...PHOTO, data: null } }, { photo: null });
  await phone.engine.sync.now();
  expect(asked.at(-1)).toBe("/api/v1/agent/me?photo=ab");
  expect(phone.engine.about.get()?.photo).toEqual(PHOTO);
  await phone.engine.sync.now();
  expect(phone.engine.about.get()?.photo).toBeNull();
});

test("a server of before them is no reason for an error, and is not asked all the time", async () => {
  const phone = await makeActivePhone();
  expect(phone.engine.sync.state.get().error).toBeNull();
  const before = phone.server.requests.filter((one) => one.includes("/agent/me")).length;
  await quietRound(phone);
  expect(phone.server.requests.filter((one) => one.includes("/agent/me"))).toHaveLength(before);
});

test("an answer to a wish, and a licence that follows, are news once", () => {
  const licence = { number: "L", valid_to: "2026-12-01", state: "valid" };
  const about = (renewal: object | null) => ({ licence, renewal, as_of_ms: 0 }) as AboutView;
  const me = (more: object) => ({ licence: { ...licence, ...more } }) as MeView;
  expect(isDue(about(null), me({ renewal: null, renewed_to: null }), 0)).toBe(false);
  expect(isDue(about({ asked: { state: "asked" } }), me({ renewal: "refused" }), 0)).toBe(true);
  expect(isDue(about({ asked: { state: "refused" } }), me({ renewal: "refused" }), 0)).toBe(false);
  expect(isDue(about({ asked: null, valid_to: "2026-12-01" }), me({ renewed_to: "2027-12-01" }), 0)).toBe(true);
  expect(isDue(about({ asked: null, valid_to: "2027-12-01" }), me({ renewed_to: "2027-12-01" }), 0)).toBe(false);
});

test("what a pull says of the renewal reaches home and the papers", async () => {
  const licence = { number: "L1", valid_from: "2026-01-01", valid_to: "2026-12-01", state: "valid" };
  const { phone, asked } = await makeFollowed({ licence }, { licence });
  const told = { ...licence, renew_from: "2026-10-02", renewal: "refused", renewed_to: null };
  phone.server.pages = [{ cursor: 0, me: { agent: {}, branch: {}, licence: told } }];
  await (phone.engine as unknown as { storage: Storage }).storage.put("cursor", 0);
  await quietRound(phone);
  expect(phone.engine.me.get()?.licence).toMatchObject({ renewal: "refused", renew_from: "2026-10-02" });
  expect(asked).toHaveLength(2);
});
