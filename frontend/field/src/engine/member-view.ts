/** One member as the screen sees it: from the server's record, or from the op that only this phone has. */
import type { MemberRecord, OpRecord } from "../storage/records";
import type { ErrorView, MemberState, MemberView } from "./contract";
import { readCode } from "./http";

const STATES: readonly string[] = [
  "captured",
  "review",
  "accepted",
  "active",
  "lapsed",
  "ended",
  "rejected",
  "cancelled",
];
const CANCELLABLE: readonly MemberState[] = ["unsent", "captured", "review", "accepted"];
/** Until then the code that the worker left with is the one to pay with, though not yet. */
const LEASE_STANDS: readonly MemberState[] = ["unsent", "captured", "review"];

/** What this phone knows beside the record. */
export interface OwnFacts {
  readonly op: OpRecord | null;
  readonly cancelling: boolean;
  /** Its picture waits on this phone. */
  readonly photo: boolean;
}

function stateOf(state: string): MemberState {
  return STATES.includes(state) ? (state as MemberState) : "captured";
}

function stateOfOp(op: OpRecord): MemberState {
  if (op.status === "accepted" || op.status === "review" || op.status === "rejected") return op.status;
  if (op.status === "received" || op.status === "held") return "captured";
  return op.status === "conflict" ? "rejected" : "unsent";
}

function canCancel(state: MemberState, op: string | null, cancelling: boolean): boolean {
  return op !== null && !cancelling && CANCELLABLE.includes(state);
}

/** Where the worker left with a leased code, it stands until the server has its own. */
function leasedCode(op: OpRecord | null, state: MemberState): string | null {
  return LEASE_STANDS.includes(state) ? (op?.enrol?.paymentCode ?? null) : null;
}

/** Of a member whose op another phone has sent, or this one before it lost its storage. */
function errorOf({ review, review_text: text = null }: MemberRecord): ErrorView | null {
  const code = readCode(review);
  return code === null || text === null ? null : { code, text };
}

export function viewRecord(record: MemberRecord, { op, cancelling: asked, photo }: OwnFacts): MemberView {
  const opId = op?.id ?? record.op ?? record.id;
  const state = stateOf(record.state);
  const cancelling = asked && CANCELLABLE.includes(state);
  return {
    key: record.id,
    enrolment: record.id,
    op: opId,
    name: record.name,
    nik: record.nik,
    state,
    opStatus: op?.status ?? null,
    review: record.review,
    error: state === "review" || state === "rejected" ? (op?.error ?? errorOf(record)) : null,
    capturedOn: record.captured_on,
    region: record.region,
    phone: record.phone,
    programmes: record.programmes,
    months: record.months,
    paymentCode: record.payment_code ?? leasedCode(op, state),
    amount: record.amount ?? (leasedCode(op, state) === null ? null : (op?.enrol?.amount ?? null)),
    payBy: record.pay_by,
    payLink: record.pay_link,
    paidThrough: record.paid_through,
    coverFrom: record.cover_from,
    kpj: record.kpj,
    core: record.core,
    photoPending: photo,
    photoBy: photo ? null : record.photo_by,
    protectedUntil: record.protected_until ?? null,
    catchUpUntil: record.catch_up_until ?? null,
    terms:
      record.segment === "BPU" && record.income !== undefined && record.jobs
        ? { income: record.income, jobs: record.jobs }
        : null,
    cancelling,
    canCancel: canCancel(state, opId, cancelling),
  };
}

/** An enrolment that no pull has brought yet. */
export function viewOp(op: OpRecord, { cancelling: asked, photo }: OwnFacts): MemberView | null {
  if (op.enrol === null) return null;
  const { name, nik, region, phone, programmes, months, capturedOn, amount, photoBy, shared } = op.enrol;
  const state = stateOfOp(op);
  const cancelling = asked && CANCELLABLE.includes(state);
  return {
    key: op.result?.enrolment ?? op.id,
    enrolment: op.result?.enrolment ?? null,
    op: op.id,
    name,
    nik,
    state,
    opStatus: op.status,
    review: null,
    error: op.error,
    capturedOn,
    region,
    phone,
    programmes,
    months,
    paymentCode: op.result?.payment_code ?? leasedCode(op, state),
    amount: op.result?.amount ?? amount,
    payBy: null,
    payLink: op.result?.pay_link ?? null,
    paidThrough: null,
    coverFrom: null,
    kpj: null,
    core: null,
    photoPending: photo,
    photoBy: photo ? null : photoBy,
    protectedUntil: null,
    catchUpUntil: null,
    terms: shared && { income: shared.income, jobs: shared.jobs.map((job) => job.code) },
    cancelling,
    canCancel: canCancel(state, op.id, cancelling),
  };
}

/** What decides the view of an op, so that an unchanged one need not be made again. */
export function factsKey({ op, cancelling, photo }: OwnFacts): string {
  const { id, status, error, result } = op ?? { id: "", status: "", error: null, result: null };
  return `${id}|${status}|${error?.code ?? ""}|${result?.payment_code ?? ""}|${cancelling}|${photo}`;
}
