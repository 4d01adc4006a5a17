import { expect, test } from "vitest";
import { LockedStorage } from "../../storage/locked";
import { FieldDatabase } from "../../storage/schema";
import { utf8 } from "../encoding";
import { dumpDatabases } from "../testing/dump";
import { lockNow, makeLockedUpPhone, profileOf, unlock } from "../testing/lock";
import { enrol, makeForm, type Phone, statuses } from "../testing/world";

/** What tells about a worker. The masked NIK is no secret by itself, but it does not lie open either. */
const SECRETS = {
  nik: "1571084107909001",
  masked: "1571**********01",
  kk: "1571080101159001",
  name: "Siti Rahasia",
  phone: "81299988877",
  address: "Jalan Tersembunyi 17",
  place: "Kotarahasia",
  heir: "Ahliwaris Uji",
  code: "8801500000000123",
  picture: "PIXELPIXELPIXEL",
} as const;

const FORM = {
  kk: SECRETS.kk,
  phone: `+62${SECRETS.phone}`,
  address: SECRETS.address,
  birth_place: SECRETS.place,
  heirs: [{ name: SECRETS.heir, relation: "spouse" as const }],
};

async function enrolSecret({ engine }: Phone): Promise<string> {
  const draft = await engine.drafts.start({ ...FORM, name: SECRETS.name, nik: SECRETS.nik });
  await engine.photos.attach(draft.id, new Blob([utf8(SECRETS.picture.repeat(50))]));
  const form = makeForm(SECRETS.name, FORM);
  return (await engine.enrolments.complete({ draftId: draft.id, form, rules: "2026-01", place: null })).id;
}

async function expectNothingPlain(phone: Phone): Promise<void> {
  const dump = await dumpDatabases(phone.database);
  expect(dump.size).toBeGreaterThan(8);
  for (const [table, text] of dump)
    for (const [what, secret] of Object.entries(SECRETS))
      expect(text.includes(secret), `${what} in ${table}`).toBe(false);
}

test("nothing personal lies in plain in any table, whatever stage a worker's data are in", async () => {
  const phone = await makeLockedUpPhone();
  const { engine, server } = phone;
  // Begun, with a picture; and one that was thrown away.
  const begun = await engine.drafts.start({ ...FORM, name: SECRETS.name, nik: SECRETS.nik });
  await engine.photos.attach(begun.id, new Blob([utf8(SECRETS.picture.repeat(40))]));
  await engine.drafts.discard((await engine.drafts.start({ ...FORM, name: SECRETS.name })).id);
  // Unsent.
  phone.around.online = () => false;
  await enrolSecret(phone);
  await expectNothingPlain(phone);
  // Sent: accepted, in review, refused; and told by the server.
  phone.around.online = () => true;
  server.judge = (op) => (op.seq === 1 ? "accepted" : op.seq === 2 ? "review" : "rejected");
  await enrolSecret(phone);
  await enrolSecret(phone);
  const member = {
    id: "m1",
    name: SECRETS.name,
    nik: SECRETS.masked,
    state: "active",
    phone: FORM.phone,
    payment_code: SECRETS.code,
  };
  server.pages = [{ members: [member] }];
  await engine.sync.now();
  expect((await statuses(phone)).length).toBe(4);
  await expectNothingPlain(phone);
  await lockNow(phone);
  await expectNothingPlain(phone);
});

test("the bytes with NIK and No. KK are gone, not only sealed, once the server has the enrolment", async () => {
  const phone = await makeLockedUpPhone();
  phone.server.judge = (op) => (op.seq === 1 ? "accepted" : "review");
  const accepted = await enrol(phone, "Ani");
  const review = await enrol(phone, "Budi");
  await phone.engine.sync.now();
  for (const id of [accepted, review])
    await expect(phone.engine.drafts.startFrom(id)).rejects.toMatchObject({ code: "draft_missing" });
  const locked = new LockedStorage(`${phone.database}-field-${profileOf(phone).id}`);
  expect(await locked.listPending()).toEqual([]);
});

test("one damaged record is told of, and the others are there", async () => {
  const phone = await makeLockedUpPhone();
  const good = await phone.engine.drafts.start({ name: "Baik" });
  const bad = await phone.engine.drafts.start({ name: "Rusak" });
  await lockNow(phone);
  const raw = new FieldDatabase(`${phone.database}-field-${profileOf(phone).id}`);
  await raw
    .table("drafts")
    .toCollection()
    .modify((row: { id: string; box: Uint8Array }) => {
      if (row.id === bad.id) row.box[40] = (row.box[40] ?? 0) ^ 1;
    });
  raw.close();
  await unlock(phone);
  expect(phone.engine.drafts.list.get().map((draft) => draft.id)).toEqual([good.id]);
  expect(phone.engine.damaged.get()).toBe(1);
  await expect(phone.engine.drafts.open(bad.id)).rejects.toMatchObject({ code: "record_damaged" });
  await enrol(phone, "Citra");
});

test("a record put in another's place opens nowhere", async () => {
  const phone = await makeLockedUpPhone();
  const one = await phone.engine.drafts.start({ name: "Satu" });
  const other = await phone.engine.drafts.start({ name: "Dua" });
  await lockNow(phone);
  const raw = new FieldDatabase(`${phone.database}-field-${profileOf(phone).id}`);
  const row = (await raw.table("drafts").get(one.id)) as { id: string };
  await raw.table("drafts").put({ ...row, id: other.id });
  raw.close();
  await unlock(phone);
  await expect(phone.engine.drafts.open(other.id)).rejects.toMatchObject({ code: "record_damaged" });
});
