/**
 * The sealed container (docs/decisions/0006): lines of JSON that tell whose it is and in what order, around bytes that only the
 * branch can open. The same for a push while the phone is locked and for a file that is carried to the office.
 */
import { type Bytes, b64u, utf8 } from "./encoding";

export const SEALED_TYPE = "application/vnd.perisai.sealed+ndjson";

export interface SealedHead {
  readonly device: string;
  readonly branch: number;
  /** Id of the branch's key that everything in it is sealed to. */
  readonly key: string;
  readonly madeAt: number;
}

export interface SealedOp {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly sealed: Bytes;
}

export interface SealedPhoto {
  readonly sha256: string;
  readonly type: string;
  readonly size: number;
  readonly sealed: Bytes;
  /** The op that it belongs to, where it goes alone. */
  readonly op?: string;
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function opLine({ id, seq, hash, sealed }: SealedOp): string {
  return line({ op: id, seq, hash, sealed: b64u(sealed) });
}

/** Bytes of one op on the way, with its line feed. */
export function sealedLength(op: SealedOp): number {
  return opLine({ ...op, sealed: new Uint8Array(0) }).length + Math.ceil((op.sealed.length * 4) / 3);
}

/** The lines before the photos. */
export function headAndOps({ device, branch, key, madeAt }: SealedHead, ops: readonly SealedOp[]): string {
  return [line({ v: 1, device, branch, key, made_at: Math.round(madeAt) }), ...ops.map(opLine)].join("");
}

export function photoLine({ sha256, type, size, sealed, op }: SealedPhoto): string {
  return line({ photo: sha256, type, size, ...(op === undefined ? {} : { enrolment: op }), sealed: b64u(sealed) });
}

export function signatureLine(signature: string): string {
  return line({ signature });
}

/** One photo alone, as it is pushed. `signature` is over its own message. */
export function writePhoto(head: SealedHead, photo: SealedPhoto & { readonly op: string }, signature: string): Bytes {
  return utf8(headAndOps(head, []) + photoLine(photo) + signatureLine(signature));
}

/** Without photos, as it is pushed. `signature` is over the push message of the last op, and so over the chain of all of them. */
export function writeContainer(head: SealedHead, ops: readonly SealedOp[], signature: string): Bytes {
  return utf8(headAndOps(head, ops) + signatureLine(signature));
}
