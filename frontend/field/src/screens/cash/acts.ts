/** What an agent does with cash, each act one op. A receipt is kept and signed before its op, so that a crash in between loses neither. */
import { type CashKept, type CashKind, type CashLine, type CashMade, EngineError, engine } from "../../engine";
import {
  digestOf,
  dueAfter,
  joinReceipt,
  nextNumber,
  packReceipt,
  RECEIPT_LABEL,
  shortPayer,
  spanOf,
} from "../../engine/cash";
import { fromB64u, utf8, uuid7 } from "../../engine/encoding";
import { readRules } from "../../rules/document";
import { type Filling, lineOf } from "./filling";
import { partsOf } from "./parts";

export interface ReceiptInput {
  readonly kind: CashKind;
  readonly whole: boolean;
  readonly payer: string;
  readonly payerOf: NonNullable<CashMade["payerOf"]> | null;
  readonly lines: readonly CashLine[];
  readonly paper: { readonly series: string; readonly page: number } | null;
  readonly today: string;
}

const TRIES = 5;

/** Lines as they are filled in, each with what goes to which programme, where the rules and terms on this phone say it. */
export async function linesWithParts(fillings: readonly Filling[]): Promise<readonly CashLine[]> {
  const rules = await engine.reference.rules().then(readRules, () => null);
  const told = (await engine.learning.find())?.employers?.told ?? null;
  return fillings.map((filling) => {
    const line = lineOf(filling);
    const parts = rules && partsOf(filling.member, { ...line, count: filling.count }, rules, told);
    return { ...line, parts };
  });
}

/**
 * Resolves with the receipt once it is durable. Its op follows at once; where the phone refuses it (its storage is full), the receipt
 * stays without one and `carryOn` tries again: a second receipt for the same money would be worse.
 */
export async function makeReceipt(input: ReceiptInput): Promise<CashMade> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const kept = await engine.learning.findCash();
    if (kept?.state == null) throw new EngineError("not_activated");
    const made = await draft(kept, input);
    if (await keep(made)) return await send(made).catch(() => made);
  }
  throw new EngineError("chain_moved");
}

async function draft(kept: CashKept, { today, ...input }: ReceiptInput): Promise<CashMade> {
  const amount = input.lines.reduce((sum, line) => sum + line.amount, 0);
  const payer = shortPayer(input.payer);
  const number = input.paper ? `${input.paper.series}/${input.paper.page}` : nextNumber(kept);
  if (number === null) throw new EngineError("not_activated");
  const madeAt = Math.round(engine.serverNow());
  const dueOn = dueAfter(today, kept.state?.deadline_days ?? 2);
  const signed = input.paper ? null : await sign(kept, { ...input, amount, payer, number, madeAt });
  const will = uuid7(Date.now());
  return { ...input, number, payer, amount, madeAt, dueOn, signed, op: null, will, voided: null };
}

type Unsigned = Pick<CashMade, "number" | "kind" | "whole" | "payer" | "lines" | "amount" | "madeAt">;

async function sign(kept: CashKept, made: Unsigned): Promise<string> {
  const [firstMonth, lastMonth] = spanOf(made.lines);
  const receipt = packReceipt({
    number: made.number,
    at: made.madeAt,
    amount: made.amount,
    kind: made.kind,
    whole: made.whole,
    members: made.lines.length,
    firstMonth,
    lastMonth,
    lines: await digestOf(made.lines),
    payer: made.payer,
  });
  const signature = await engine.learning.sign(Uint8Array.from([...utf8(RECEIPT_LABEL), ...receipt]));
  return joinReceipt(fromB64u(kept.state?.certificate ?? ""), receipt, signature);
}

/** False where another tab has taken the number meanwhile. */
async function keep(made: CashMade): Promise<boolean> {
  const changed = await engine.learning.changeCash((kept) =>
    kept.made.some((one) => one.number === made.number) ? kept : { ...kept, made: [made, ...kept.made] },
  );
  return changed.made.find((one) => one.number === made.number)?.madeAt === made.madeAt;
}

async function send(made: CashMade): Promise<CashMade> {
  const body = {
    number: made.paper === null ? made.number : null,
    paper: made.paper,
    kind: made.kind,
    whole: made.whole,
    payer: { ...(made.payerOf ?? { kind: made.lines.length > 1 ? "several" : "member", id: null }), name: made.payer },
    lines: made.lines.map(({ enrolment, first_month, last_month, amount }) => ({
      enrolment,
      first_month,
      last_month,
      amount,
    })),
    signed: made.signed,
  };
  const op = await engine.learning.append("cash_receipt", body, null, made.number, made.will);
  const sent = { ...made, op: op.id };
  await patch(made.number, sent);
  return sent;
}

/** Receipts that a crash kept from the chain. */
export async function carryOn(): Promise<void> {
  const kept = await engine.learning.findCash();
  for (const made of kept?.made ?? []) if (made.op === null) await send(made);
}

export async function voidReceipt(made: Pick<CashMade, "number" | "paper">, reason: string): Promise<void> {
  const number = made.paper === null ? made.number : null;
  await engine.learning.append("cash_void", { number, paper: made.paper, reason, note: "" }, null, made.number);
  await patch(made.number, { voided: reason });
}

export async function makeDeposit(receipts: readonly string[]): Promise<string> {
  return (await engine.learning.append("cash_deposit", { receipts }, null, "")).id;
}

export async function cancelDeposit(deposit: string): Promise<void> {
  await engine.learning.append("cash_deposit", { receipts: null, cancel: deposit }, null, "");
}

async function patch(number: string, change: Partial<CashMade>): Promise<void> {
  await engine.learning.changeCash((kept) => ({
    ...kept,
    made: kept.made.map((one) => (one.number === number ? { ...one, ...change } : one)),
  }));
}
