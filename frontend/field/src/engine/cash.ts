/**
 * Receipts for cash: the bytes in their QR (protocol, section 20), what an agent may still take, and the copy of what the server
 * knows. Loaded with the screens of cash.
 */
import type { CashKept, CashLine, CashMade, CashState } from "./contract-cash";
import { type Bytes, b64u, fromB64u, sha256, utf8 } from "./encoding";
import { isRecord } from "./http";

export const CASH_PATH = "/api/v1/sync/custody";
export const RECEIPT_LABEL = "perisai-receipt-1\n";
const KINDS = ["cash", "advance", "repayment"] as const;
const MOST_NAME = 60;

/** What a receipt says of itself. */
export interface ReceiptSaid {
  readonly number: string;
  readonly at: number;
  readonly amount: number;
  readonly kind: (typeof KINDS)[number];
  readonly whole: boolean;
  readonly members: number;
  readonly firstMonth: string | null;
  readonly lastMonth: string | null;
  /** Hex of the first 16 bytes of the digest of its lines. */
  readonly lines: string;
  readonly payer: string;
}

function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, place) => Math.floor(value / 2 ** (8 * (bytes - 1 - place))) & 0xff);
}

function monthCount(month: string | null): number {
  return month === null ? 0 : (Number(month.slice(0, 4)) - 2000) * 12 + Number(month.slice(5, 7));
}

function monthText(count: number): string | null {
  if (count === 0) return null;
  return `${2000 + Math.floor((count - 1) / 12)}-${String(((count - 1) % 12) + 1).padStart(2, "0")}`;
}

/** A name of at most sixty bytes: letters are not cut in the middle. */
export function shortPayer(name: string): string {
  let text = name.trim();
  while (utf8(text).length > MOST_NAME) text = text.slice(0, -1);
  return text.trim();
}

export function digestOf(lines: readonly Omit<CashLine, "name" | "phone">[]): Promise<string> {
  const text = lines.map((l) => `${l.enrolment},${l.first_month ?? ""},${l.last_month ?? ""},${l.amount}\n`).join("");
  return sha256(utf8(text)).then((hex) => hex.slice(0, 32));
}

export function packReceipt(said: ReceiptSaid): Bytes {
  const name = utf8(said.payer);
  const digest = said.lines.match(/../g) ?? [];
  return Uint8Array.from([
    1,
    ...number(Number(said.number.slice(1)), 8),
    ...number(said.at, 6),
    ...number(said.amount, 6),
    (said.whole ? 1 : 0) | (KINDS.indexOf(said.kind) << 1),
    ...number(said.members, 2),
    ...number(monthCount(said.firstMonth), 2),
    ...number(monthCount(said.lastMonth), 2),
    ...digest.map((pair) => Number.parseInt(pair, 16)),
    name.length,
    ...name,
  ]);
}

export function joinReceipt(certificate: Bytes, receipt: Bytes, signature: Bytes): string {
  return b64u(
    Uint8Array.from([
      1,
      ...number(certificate.length, 2),
      ...certificate,
      ...number(receipt.length, 2),
      ...receipt,
      ...signature,
    ]),
  );
}

/** First and last month over all lines. */
export function spanOf(lines: readonly CashLine[]): readonly [string | null, string | null] {
  const months = lines.flatMap((line) => [line.first_month, line.last_month]).filter((one) => one !== null);
  const sorted = [...months].sort();
  return [sorted[0] ?? null, sorted[sorted.length - 1] ?? null];
}

const read = (bytes: Uint8Array, at: number, length: number): number =>
  bytes.subarray(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);

export interface SignedParts {
  readonly certificate: Bytes;
  readonly receipt: Bytes;
  readonly signature: Bytes;
}

/** The parts of what a QR holds, or null where it cannot be one. */
export function splitReceipt(text: string): SignedParts | null {
  try {
    const raw = fromB64u(text);
    if (raw[0] !== 1) return null;
    const first = 3 + read(raw, 1, 2);
    const second = first + 2 + read(raw, first, 2);
    if (raw.length !== second + 64) return null;
    return { certificate: raw.slice(3, first), receipt: raw.slice(first + 2, second), signature: raw.slice(second) };
  } catch {
    return null;
  }
}

export function readReceipt(bytes: Bytes): ReceiptSaid | null {
  const name = bytes.subarray(45);
  if (bytes[0] !== 1 || bytes[44] !== name.length) return null;
  const flags = bytes[21] ?? 0;
  const kind = KINDS[flags >> 1];
  if (kind === undefined) return null;
  return {
    number: `K${String(read(bytes, 1, 8)).padStart(12, "0")}`,
    at: read(bytes, 9, 6),
    amount: read(bytes, 15, 6),
    kind,
    whole: (flags & 1) === 1,
    members: read(bytes, 22, 2),
    firstMonth: monthText(read(bytes, 24, 2)),
    lastMonth: monthText(read(bytes, 26, 2)),
    lines: Array.from(bytes.subarray(28, 44), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    payer: new TextDecoder().decode(name),
  };
}

/** The next number that no receipt of this phone has. */
export function nextNumber(kept: CashKept): string | null {
  const used = new Set(kept.made.map((one) => one.number));
  return kept.state?.numbers.find((one) => !used.has(one)) ?? null;
}

/** Receipts of this phone that the server has not told of yet. */
export function unknownTo(state: CashState | null, made: readonly CashMade[]): readonly CashMade[] {
  const known = new Set(state?.receipts.map((one) => one.number));
  return made.filter((one) => !known.has(one.number));
}

/** Cash in hand: what the server knows, what this phone took since, less what it voided since. */
export function heldNow({ state, made }: CashKept): number {
  const voided = new Set(made.filter((one) => one.voided !== null).map((one) => one.number));
  const taken = unknownTo(state, made).filter((one) => one.kind === "cash" && one.voided === null);
  const gone = (state?.receipts ?? []).filter((one) => one.state === "held" && voided.has(one.number));
  const back = gone.filter((one) => one.kind === "cash").reduce((sum, one) => sum + one.amount - one.settled, 0);
  return (state?.held ?? 0) + taken.reduce((sum, one) => sum + one.amount, 0) - back;
}

/** The day by which the first of the cash in hand goes to a bank, also of what only this phone knows; null where there is none. */
export function nextDue({ state, made }: CashKept): string | null {
  const taken = unknownTo(state, made).filter((one) => one.kind === "cash" && one.voided === null);
  const days = [state?.due_on ?? null, ...taken.map((one) => one.dueOn)].filter((day) => day !== null);
  return days.sort()[0] ?? null;
}

export type CashBlock = "not_ready" | "certificate_over" | "no_number" | "overdue" | "over_limit";

interface Asked {
  readonly amount: number;
  readonly isCash: boolean;
  readonly onPaper: boolean;
  readonly today: string;
  readonly now: number;
}

/** Why this phone takes no receipt, by what it knows; null: it does. The agent's own money knows no limit. */
export function whyNot(kept: CashKept, { amount, isCash, onPaper, today, now }: Asked): CashBlock | null {
  const { state } = kept;
  if (state === null) return "not_ready";
  if (!onPaper && Date.parse(state.certificate_until) <= now) return "certificate_over";
  if (!onPaper && nextNumber(kept) === null) return "no_number";
  if (!isCash) return null;
  if (isOverdue(kept, today)) return "overdue";
  return heldNow(kept) + amount > state.limit ? "over_limit" : null;
}

export function isOverdue({ state, made }: CashKept, today: string): boolean {
  if (state?.extended_until && state.extended_until >= today) return false;
  const voided = new Set(made.filter((one) => one.voided !== null).map((one) => one.number));
  const told = (state?.receipts ?? []).some(
    (one) => one.state === "held" && one.kind === "cash" && one.due_on < today && !voided.has(one.number),
  );
  return told || unknownTo(state, made).some((one) => one.kind === "cash" && one.voided === null && one.dueOn < today);
}

/** So many weekdays after a day; the server knows the holidays and gives the day that counts. */
export function dueAfter(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  for (let left = count; left > 0; ) {
    date.setUTCDate(date.getUTCDate() + 1);
    if (date.getUTCDay() !== 0 && date.getUTCDay() !== 6) left -= 1;
  }
  return date.toISOString().slice(0, 10);
}

/** What the server said, when it can be that. */
export function readState(json: unknown): CashState | null {
  if (!isRecord(json) || typeof json.certificate !== "string" || !Array.isArray(json.receipts)) return null;
  if (!Array.isArray(json.numbers) || typeof json.limit !== "number") return null;
  return json as unknown as CashState;
}

/** What was taken back, without what the server refused to take back: that money is still in hand. `learning` of an op names the
 * receipt. */
export function withRefused(
  kept: CashKept,
  open: readonly { readonly kind: string; readonly status: string; readonly learning?: string | undefined }[],
): CashKept {
  const voids = open.filter((op) => op.kind === "cash_void");
  const isRefused = (status: string): boolean => status === "rejected" || status === "conflict";
  const waits = new Set(voids.filter((op) => !isRefused(op.status)).map((op) => op.learning));
  const refused = new Set(
    voids.filter((op) => isRefused(op.status) && !waits.has(op.learning)).map((op) => op.learning),
  );
  const made = kept.made.map((one) =>
    one.voided !== null && refused.has(one.number) ? { ...one, voided: null } : one,
  );
  return { ...kept, made };
}

const KEEP_MS = 60 * 86_400_000;

/** A newer state takes the place of the old one; what this phone made stays while its QR may be wanted. What it took back later than
 * a day is held until the branch agrees. */
export function withState(kept: CashKept, state: CashState, now: number): CashKept {
  const open = new Set(state.receipts.filter((one) => one.state === "held").map((one) => one.number));
  const waits = new Set(state.receipts.filter((one) => one.void_waits).map((one) => one.number));
  const made = kept.made
    .filter((one) => open.has(one.number) || one.op === null || now - one.madeAt < KEEP_MS)
    .map((one) => (one.voided !== null && waits.has(one.number) ? { ...one, voided: null } : one));
  return { state, fetchedAt: now, made };
}
