/** Reads what the server answers for ops; anything that is not of the protocol's form is `bad_answer`. */
import type { AnswerRecord, ChainHead } from "../storage/records";
import { EngineError, type EnrolResult, type OpStatus } from "./contract";
import { isRecord, readCode, readText } from "./http";

const STATUSES: readonly string[] = ["received", "held", "invalid", "accepted", "review", "rejected", "conflict"];

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function readResult(value: unknown): EnrolResult | null {
  if (!isRecord(value)) return null;
  return {
    enrolment: text(value.enrolment),
    payment_code: text(value.payment_code),
    amount: typeof value.amount === "number" ? value.amount : null,
    pay_link: text(value.pay_link),
    ...(typeof value.state === "string" ? { attendance: value.state } : {}),
  };
}

function readAnswer(value: unknown, asked: string | undefined): AnswerRecord {
  if (!isRecord(value)) throw new EngineError("bad_answer");
  const op = text(value.op) ?? asked;
  if (op === undefined) throw new EngineError("bad_answer");
  if (typeof value.status !== "string" || !STATUSES.includes(value.status)) throw new EngineError("bad_answer");
  const status = value.status as OpStatus;
  const words = readText(value.text);
  const code = readCode(value.code) ?? (status === "invalid" ? "op_unreadable" : null);
  return { op, status, error: code === null ? null : { code, text: words }, result: readResult(value.result) };
}

/** `asked` names the ops of a push in order, for a line the server could not read has no id in its answer. */
export function readAnswers(value: unknown, asked: readonly string[] = []): AnswerRecord[] {
  if (!Array.isArray(value)) throw new EngineError("bad_answer");
  return value.map((one: unknown, place) => readAnswer(one, asked[place]));
}

export function readChain(device: string, value: unknown): ChainHead | null {
  if (!isRecord(value) || typeof value.seq !== "number" || typeof value.hash !== "string") return null;
  return { device, seq: value.seq, hash: value.hash };
}
