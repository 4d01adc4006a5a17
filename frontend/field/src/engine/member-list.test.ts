import { describe, expect, test, vi } from "vitest";
import type { MemberRecord, OpRecord } from "../storage/records";
import { MemberList } from "./member-list";
import { Members } from "./members";
import { openStorage } from "./testing/open-storage";

function record(id: string, more: Partial<MemberRecord> = {}): MemberRecord {
  return {
    id,
    op: null,
    name: `Orang ${id}`,
    nik: "1571**********01",
    state: "active",
    review: null,
    captured_on: "2026-11-01",
    region: null,
    phone: "+6281234567890",
    programmes: ["JKK", "JKM"],
    months: 1,
    payment_code: null,
    amount: null,
    pay_by: null,
    pay_link: null,
    paid_through: null,
    cover_from: null,
    kpj: null,
    core: null,
    photo_by: null,
    ...more,
  };
}

function op(id: string, more: Partial<OpRecord> = {}): OpRecord {
  return {
    id,
    device: "d",
    agent: "a",
    seq: 1,
    kind: "enrol",
    hash: "h",
    prev: "p",
    line: null,
    sealed: null,
    sealedKey: null,
    status: "unsent",
    madeAt: 1,
    enrol: {
      name: `Baru ${id}`,
      nik: "1571**********02",
      region: "r",
      phone: null,
      programmes: ["JKK", "JKM"],
      months: 1,
      capturedOn: "2026-11-22",
      amount: 16_800,
      photo: null,
      photoBy: "2026-11-29",
      paymentCode: "150100000017",
      series: null,
      seriesPlace: 1,
      shared: null,
    },
    cancel: null,
    error: null,
    result: null,
    lastSentAt: null,
    dismissed: false,
    ...more,
  };
}

const mapOf = (records: readonly MemberRecord[]) => new Map(records.map((one) => [one.id, one]));

describe("one list of what is here and what the server told", () => {
  test("an unsent enrolment has the code it left with, its sum and the day its picture is due", () => {
    const [row] = new MemberList().merge(mapOf([]), [op("o")], []);
    expect(row?.view).toMatchObject({
      key: "o",
      state: "unsent",
      paymentCode: "150100000017",
      amount: 16_800,
      photoBy: "2026-11-29",
    });
  });

  test("in review the code it left with still stands; a rejected one has none", () => {
    const list = new MemberList();
    const review = list.merge(mapOf([record("o", { state: "review" })]), [op("o", { status: "review" })], []);
    expect(review[0]?.view).toMatchObject({ state: "review", paymentCode: "150100000017", amount: 16_800 });
    const refused = list.merge(mapOf([record("o", { state: "rejected" })]), [op("o", { status: "rejected" })], []);
    expect(refused[0]?.view).toMatchObject({ state: "rejected", paymentCode: null, amount: null });
  });

  test("of a member that another phone sent, the server's record says why it is looked at", () => {
    const text = { id: "Kuota habis", en: "The quota is used up", action: null };
    const told = record("m", { state: "review", review: "E5001", review_text: text });
    const [row] = new MemberList().merge(mapOf([told]), [], []);
    expect(row?.view.error).toEqual({ code: "E5001", text });
    const older = record("m", { state: "review", review: "E3010" });
    expect(new MemberList().merge(mapOf([older]), [], [])[0]?.view.error).toBeNull();
  });

  test("a picture that waits here is not asked for again", () => {
    const [row] = new MemberList().merge(mapOf([record("m", { photo_by: "2026-11-30" })]), [], ["m"]);
    expect(row?.view).toMatchObject({ photoPending: true, photoBy: null });
  });

  test("what did not change is the same row, what changed takes its place in order", () => {
    const list = new MemberList();
    const records = mapOf([
      record("1", { captured_on: "2026-11-01" }),
      record("2", { captured_on: "2026-11-02" }),
      record("3", { captured_on: "2026-11-03" }),
    ]);
    const before = list.merge(records, [], []);
    expect(before.map((row) => row.view.key)).toEqual(["3", "2", "1"]);
    records.set("1", record("1", { captured_on: "2026-11-04" }));
    records.delete("2");
    const after = list.merge(records, [op("o")], []);
    expect(after.map((row) => row.view.key)).toEqual(["o", "1", "3"]);
    expect(after[2]).toBe(before[0]);
  });
});

describe("members in memory", () => {
  async function stored(name: string, count: number) {
    const storage = openStorage(name);
    const members = Array.from({ length: count }, (_, n) => record(String(n).padStart(5, "0"), { name: `Orang ${n}` }));
    await storage.applyPage({ cursor: 1, members, gone: [], answers: [], me: null });
    return storage;
  }

  test("5,000 are read in slices: the page goes on between them, and are read once", async () => {
    const storage = await stored("members-5000", 5_000);
    const members = new Members(storage);
    members.renew("a");
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    expect((await members.search({ text: "orang 4999" })).members[0]?.name).toBe("Orang 4999");
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(10);
    // From now on nothing is read or deciphered for a search.
    const read = vi.spyOn(storage, "listMembersOf");
    expect((await members.search({ text: "orang 499" })).total).toBe(11);
    expect(read).not.toHaveBeenCalled();
  });

  test("a page that comes while they are read is not lost", async () => {
    const members = new Members(await stored("members-page", 250));
    members.renew("a");
    const reading = members.search({});
    members.take({ members: [record("00001", { name: "Berganti" }), record("x", { name: "Baru" })], gone: ["00002"] });
    await reading;
    members.renew("a");
    expect((await members.search({})).total).toBe(250);
    expect((await members.search({ text: "berganti" })).total).toBe(1);
    expect((await members.search({ text: "baru" })).total).toBe(1);
  });

  test("locked, nothing of them stays in memory", async () => {
    const storage = await stored("members-locked", 10);
    const members = new Members(storage);
    members.renew("a");
    expect((await members.search({})).total).toBe(10);
    storage.lock();
    members.forget();
    await expect(members.search({})).rejects.toMatchObject({ code: "locked" });
  });
});
