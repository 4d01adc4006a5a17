/** A receipt is one receipt and one op, whatever happens in the middle. */
import { beforeEach, expect, it, vi } from "vitest";
import { digestOf, readReceipt, splitReceipt } from "../../engine/cash";
import { type CashState, EngineError } from "../../engine/contract";
import { makeActivePhone, type Phone } from "../../engine/testing/world";
import { carryOn, makeReceipt, type ReceiptInput } from "./acts";
import vector from "./vector.json";

const held = vi.hoisted(() => ({ phone: null as unknown }));
vi.mock("../../engine", async () => {
  const get = (_: object, name: string) => (held.phone as { engine: Record<string, unknown> }).engine[name];
  return { ...(await import("../../engine/contract")), engine: new Proxy({}, { get }) };
});

const STATE = {
  ...{ certificate: "AA", certificate_until: "2027-06-01T00:00:00Z", server_key: vector.server_key },
  ...{ numbers: ["K150100000018", "K150100000026"], limit: 1_000_000, held: 0, deadline_days: 2, receipts: [] },
} as unknown as CashState;
const LINE = {
  enrolment: "e",
  name: "Siti",
  phone: null,
  first_month: "2026-11",
  last_month: "2026-11",
  amount: 16_800,
};
const INPUT: ReceiptInput = {
  ...{ kind: "cash", whole: true, payer: "Siti", payerOf: null, lines: [LINE], paper: null, today: "2026-11-23" },
};

let phone: Phone;
beforeEach(async () => {
  phone = await makeActivePhone();
  held.phone = phone;
  await phone.engine.learning.changeCash((kept) => ({ ...kept, state: STATE }));
  phone.around.online = () => false;
});

async function sent(): Promise<unknown[]> {
  phone.around.online = () => true;
  await phone.engine.sync.now();
  return phone.server.stored().map(({ kind, body }) => [kind, body.number]);
}

it("stands without its op when the phone is full, and is sent later under the same number", async () => {
  vi.spyOn(phone.engine.learning, "append").mockRejectedValueOnce(new EngineError("storage_full"));
  const made = await makeReceipt(INPUT);
  expect(made).toMatchObject({ number: "K150100000018", op: null });
  expect(made.signed).not.toBeNull();
  await carryOn();
  expect((await phone.engine.learning.findCash())?.made.map((one) => one.op)).toEqual([made.will]);
  expect(await sent()).toEqual([["cash_receipt", "K150100000018"]]);
});

it("is told once when the page dies after its op and before that is noted", async () => {
  const { learning } = phone.engine;
  const real = learning.changeCash.bind(learning);
  vi.spyOn(learning, "changeCash")
    .mockImplementationOnce(real)
    .mockRejectedValueOnce(new EngineError("storage_failed"));
  expect((await makeReceipt(INPUT)).op).toBeNull();
  vi.restoreAllMocks();
  await carryOn();
  expect(await sent()).toEqual([["cash_receipt", "K150100000018"]]);
});

it("keeps what of a line goes to which programme on the phone: it is neither signed nor sent", async () => {
  const parts = [["JKK", 16_800]] as const;
  const made = await makeReceipt({ ...INPUT, lines: [{ ...LINE, parts }] });
  const said = readReceipt(splitReceipt(made.signed ?? "")?.receipt ?? new Uint8Array());
  expect(said?.lines).toBe(await digestOf([LINE]));
  expect((await phone.engine.learning.findCash())?.made[0]?.lines[0]?.parts).toEqual(parts);
  await sent();
  const { enrolment, first_month, last_month, amount } = LINE;
  expect(phone.server.stored()[0]?.body.lines).toEqual([{ enrolment, first_month, last_month, amount }]);
});
