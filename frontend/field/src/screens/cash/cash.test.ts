import { describe, expect, it } from "vitest";
import {
  dueAfter,
  heldNow,
  isOverdue,
  joinReceipt,
  nextDue,
  nextNumber,
  packReceipt,
  readReceipt,
  shortPayer,
  splitReceipt,
  whyNot,
  withRefused,
  withState,
} from "../../engine/cash";
import { checkReceipt, findCode } from "../../engine/cash-check";
import type { DueTold, MemberView } from "../../engine/contract";
import type { CashKept, CashMade, CashReceiptTold, CashState } from "../../engine/contract-cash";
import { hex } from "../../engine/encoding";
import { cashTexts } from "../../i18n/cash";
import { isWhole, rupiah, suggest } from "./filling";
import { makePaper, paperBytes, qrRows } from "./paper";
import vector from "./vector.json";

const STATE: CashState = {
  certificate: "AA",
  certificate_until: "2027-06-01T00:00:00Z",
  server_key: vector.server_key,
  check_url: "https://perisai.example/kuitansi/",
  numbers: ["K150100000018", "K150100000026"],
  limit: 1_000_000,
  held: 0,
  due_on: null,
  next_due_on: "2026-11-25",
  deadline_days: 2,
  overdue: 0,
  extended_until: null,
  class: { id: "Agen tetap", en: "Regular agent" },
  receipts: [],
  deposits: [],
  advanced: [],
  books: [],
  banks: [],
  ended: [],
};

function made(change: Partial<CashMade> = {}): CashMade {
  return {
    number: "K150100000018",
    paper: null,
    kind: "cash",
    whole: true,
    payer: "Siti Aminah",
    lines: [
      {
        enrolment: "e",
        name: "Siti Aminah",
        phone: null,
        first_month: "2026-11",
        last_month: "2027-01",
        amount: 50_400,
      },
    ],
    amount: 50_400,
    madeAt: Date.parse("2026-11-23T03:00:00Z"),
    dueOn: "2026-11-25",
    signed: "A".repeat(412),
    op: "op",
    voided: null,
    ...change,
  };
}

function told(change: Partial<CashReceiptTold> = {}): CashReceiptTold {
  return {
    id: "r",
    number: "K150100000018",
    kind: "cash",
    whole: true,
    payer: "Siti",
    amount: 50_400,
    settled: 0,
    captured_at: "2026-11-23T03:00:00Z",
    due_on: "2026-11-25",
    state: "held",
    review: "",
    settled_at: null,
    void_at: null,
    enrolments: ["e"],
    deposit: null,
    ...change,
  };
}

const kept = (change: Partial<CashState> = {}, mine: readonly CashMade[] = []): CashKept => ({
  state: { ...STATE, ...change },
  fetchedAt: 0,
  made: mine,
});
const ASKED = { amount: 16_800, isCash: true, onPaper: false, today: "2026-11-24", now: Date.parse("2026-11-24") };

describe("what an agent may still take", () => {
  it("counts what only this phone knows, once", () => {
    expect(heldNow(kept({}, [made()]))).toBe(50_400);
    expect(heldNow(kept({ held: 50_400, receipts: [told()] }, [made()]))).toBe(50_400);
    expect(heldNow(kept({ held: 50_400, receipts: [told()] }, [made({ voided: "mistake" })]))).toBe(0);
    expect(heldNow(kept({}, [made({ kind: "advance" })]))).toBe(0);
  });

  it("names the day of the first cash in hand, also of what the server has not heard of", () => {
    expect(nextDue(kept())).toBeNull();
    expect(nextDue(kept({}, [made()]))).toBe("2026-11-25");
    expect(nextDue(kept({ due_on: "2026-11-24" }, [made()]))).toBe("2026-11-24");
    expect(nextDue(kept({ due_on: "2026-11-27" }, [made()]))).toBe("2026-11-25");
    expect(nextDue(kept({}, [made({ voided: "mistake" }), made({ kind: "advance" })]))).toBeNull();
  });

  it("says why it takes no more", () => {
    expect(whyNot(kept(), ASKED)).toBeNull();
    expect(whyNot({ state: null, fetchedAt: 0, made: [] }, ASKED)).toBe("not_ready");
    expect(whyNot(kept({ numbers: [] }), ASKED)).toBe("no_number");
    expect(whyNot(kept({ numbers: [] }), { ...ASKED, onPaper: true })).toBeNull();
    expect(whyNot(kept({ held: 990_000 }), ASKED)).toBe("over_limit");
    expect(whyNot(kept({ held: 990_000 }), { ...ASKED, isCash: false })).toBeNull();
    expect(whyNot(kept({}, [made()]), { ...ASKED, today: "2026-11-26" })).toBe("overdue");
    expect(whyNot(kept({ certificate_until: "2026-11-01T00:00:00Z" }), ASKED)).toBe("certificate_over");
  });

  it("is not overdue while more time was given, nor for what was voided", () => {
    const late = { receipts: [told({ due_on: "2026-11-20" })] };
    expect(isOverdue(kept(late), "2026-11-24")).toBe(true);
    expect(isOverdue(kept({ ...late, extended_until: "2026-11-24" }), "2026-11-24")).toBe(false);
    expect(isOverdue(kept({ ...late, extended_until: "2026-11-23" }), "2026-11-24")).toBe(true);
    expect(isOverdue(kept(late, [made({ voided: "returned" })]), "2026-11-24")).toBe(false);
  });

  it("holds what was taken back later than a day until the branch agrees", () => {
    const taken = kept({}, [made({ voided: "mistake" })]);
    const waits = withState(taken, { ...STATE, held: 50_400, receipts: [told({ void_waits: true })] }, 1);
    expect([waits.made[0]?.voided, heldNow(waits)]).toEqual([null, 50_400]);
    const fresh = withState(taken, { ...STATE, held: 50_400, receipts: [told()] }, 1);
    expect([fresh.made[0]?.voided, heldNow(fresh)]).toEqual(["mistake", 0]);
  });

  it("holds what the server refused to take back, unless it is asked again", () => {
    const { number } = made();
    const taken = kept({ held: 50_400, receipts: [told()] }, [made({ voided: "mistake" })]);
    const refused = { kind: "cash_void", status: "rejected", learning: number };
    expect(heldNow(withRefused(taken, []))).toBe(0);
    expect(heldNow(withRefused(taken, [refused]))).toBe(50_400);
    expect(heldNow(withRefused(taken, [refused, { ...refused, status: "unsent" }]))).toBe(0);
    expect(heldNow(withRefused(taken, [{ ...refused, learning: "K1" }]))).toBe(0);
  });

  it("gives each number once", () => {
    expect(nextNumber(kept({}, [made()]))).toBe("K150100000026");
    expect(dueAfter("2026-11-27", 2)).toBe("2026-12-01");
  });
});

describe("the bytes of a receipt", () => {
  it("are those of the server's page", () => {
    const bytes = packReceipt(vector.said as Parameters<typeof packReceipt>[0]);
    expect(hex(bytes)).toBe(vector.receipt);
    expect(readReceipt(bytes)).toEqual(vector.said);
  });

  it("come apart as they were put together", () => {
    const parts = splitReceipt(vector.code);
    expect(parts).not.toBeNull();
    if (parts) expect(joinReceipt(parts.certificate, parts.receipt, parts.signature)).toBe(vector.code);
    for (const text of ["", "AAAA", vector.code.slice(0, -4), `${vector.code}AAAA`, "*".repeat(300)])
      expect(splitReceipt(text)).toBeNull();
  });

  it("are checked without the server", async () => {
    const genuine = await checkReceipt(vector.code, STATE);
    expect(genuine).toMatchObject({ verdict: "genuine", agentCode: vector.agent, endedLater: false });
    const at = vector.said.at;
    const later = [{ device: vector.device, at: new Date(at + 1000).toISOString() }];
    expect(await checkReceipt(vector.code, { ...STATE, ended: later })).toMatchObject({
      verdict: "genuine",
      endedLater: true,
    });
    const before = [{ device: vector.device, at: new Date(at - 1000).toISOString() }];
    expect((await checkReceipt(vector.code, { ...STATE, ended: before })).verdict).toBe("off");
  });

  it("are forged where one letter is another", async () => {
    for (const place of [10, 60, 200, vector.code.length - 90, vector.code.length - 5]) {
      const other = vector.code[place] === "A" ? "B" : "A";
      const text = vector.code.slice(0, place) + other + vector.code.slice(place + 1);
      expect((await checkReceipt(text, STATE)).verdict, String(place)).toBe("forged");
    }
  });

  it("are found in an address", () => {
    expect(findCode(`https://perisai.example/kuitansi/${vector.code}`)).toBe(vector.code);
    expect(findCode(` ${vector.code}\n`)).toBe(vector.code);
    expect(findCode("https://perisai.example/agen/P-1501")).toBeNull();
  });

  it("cut a long name between letters", () => {
    const name = shortPayer("é".repeat(60));
    expect(new TextEncoder().encode(name).length).toBe(60);
    expect(name).toBe("é".repeat(30));
  });
});

describe("the receipt on paper", () => {
  const paper = makePaper({
    made: made({ signed: vector.code }),
    agent: { name: "Budi", code: "P-1501-0001" },
    branch: "KC Jambi",
    checkUrl: STATE.check_url,
    timezone: "Asia/Jakarta",
    language: "id",
    texts: cashTexts.id,
  });

  it("says what is not paid yet, for which months, and where to check", () => {
    expect(paper.rows.map(([, value]) => value).join("|")).toContain("Nov 2026 - Jan 2027");
    expect(paper.notes).toContain(cashTexts.id.notPaid);
    expect(paper.short).toBe("https://perisai.example/kuitansi/?nomor=K150100000018");
  });

  it("has a code that any phone can scan", () => {
    const rows = qrRows(paper.address ?? "");
    // Version v has 17 + 4 v modules a side.
    expect((rows.length - 17) / 4).toBeLessThanOrEqual(20);
    expect(rows.every((row) => row.length === rows.length)).toBe(true);
  });

  it("is printed on 58 mm with its number, sum and code", async () => {
    const bytes = await paperBytes(paper, "Cek");
    const text = new TextDecoder("latin1").decode(bytes);
    expect([...bytes.slice(0, 2)]).toEqual([0x1b, 0x40]);
    expect(text).toContain("K150100000018");
    expect(text).toContain("Rp50.400");
    expect(text).toContain(vector.code);
    expect(
      text
        .split(/[\n\r]/)
        .filter((line) => /^[ -~]+$/.test(line))
        .every((line) => line.length <= 32),
    ).toBe(true);
  });
});

describe("what is suggested", () => {
  const member = { key: "m", months: 1, amount: 16_800, paidThrough: "2026-09" } as MemberView;

  it("comes from the copy of the dues, else from the open bill", () => {
    expect(suggest(member, "2026-11")).toMatchObject({ from: "2026-10", count: 1, amount: "16800" });
    const due = { months: ["2026-10", "2026-11"], amount: 33_600 } as unknown as DueTold;
    expect(suggest(member, "2026-11", due)).toMatchObject({ from: "2026-10", count: 2, amount: "33600" });
    expect(suggest({ ...member, amount: null, paidThrough: null }, "2026-11")).toMatchObject({
      from: "2026-11",
      amount: "",
    });
  });

  it("is an instalment where less is given", () => {
    const line = suggest(member, "2026-11");
    expect(isWhole([line])).toBe(true);
    expect(isWhole([{ ...line, amount: "10.000" }])).toBe(false);
    expect(rupiah("Rp 1.250.000")).toBe(1_250_000);
  });
});
