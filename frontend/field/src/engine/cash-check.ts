/** Checks somebody's receipt without signal: the server's signature under the phone's certificate, the phone's under the receipt. */
import { RECEIPT_LABEL, type ReceiptSaid, readReceipt, splitReceipt } from "./cash";
import type { CashState } from "./contract-cash";
import { type Bytes, fromB64u, hex, utf8 } from "./encoding";

const CERTIFICATE_LABEL = "perisai-phone-certificate-1\n";
const SIGNATURE_BYTES = 64;
const HEAD_BYTES = 93;

export interface CheckedReceipt {
  /** `off`: signed after its phone was switched off, as far as this phone has heard. */
  readonly verdict: "genuine" | "forged" | "off";
  readonly said: ReceiptSaid | null;
  readonly agentCode: string | null;
  /** The phone was switched off later: what it had may never come. */
  readonly endedLater: boolean;
}

const FORGED: CheckedReceipt = { verdict: "forged", said: null, agentCode: null, endedLater: false };

/** The code of a receipt in what was scanned or pasted: its address, or the bare code. */
export function findCode(text: string): string | null {
  const match = /(?:\/kuitansi\/|^\s*)([\w-]{200,900})\s*$/.exec(text.trim());
  return match?.[1] ?? null;
}

export async function checkReceipt(
  code: string,
  state: Pick<CashState, "server_key" | "ended">,
): Promise<CheckedReceipt> {
  const parts = splitReceipt(code);
  if (parts === null) return FORGED;
  const certificate = await readCertificate(parts.certificate, state.server_key);
  const said = readReceipt(parts.receipt);
  if (certificate === null || said === null) return FORGED;
  if (!(await isSigned(certificate.point, parts.receipt, parts.signature))) return FORGED;
  const { from, until, device, agentCode, branch } = certificate;
  if (said.at < from || said.at > until || Number(said.number.slice(1, 5)) !== branch) return FORGED;
  const ended = state.ended.find((one) => one.device === device);
  const endedAt = ended === undefined ? null : Date.parse(ended.at);
  const isOff = endedAt !== null && said.at > endedAt;
  return { verdict: isOff ? "off" : "genuine", said, agentCode, endedLater: endedAt !== null };
}

interface CertificateSaid {
  readonly branch: number;
  readonly device: string;
  readonly point: Bytes;
  readonly from: number;
  readonly until: number;
  readonly agentCode: string;
}

async function readCertificate(raw: Bytes, serverKey: string): Promise<CertificateSaid | null> {
  const data = raw.slice(0, -SIGNATURE_BYTES);
  if (data.length < HEAD_BYTES + 1 || data[0] !== 1) return null;
  const { verifyAsync } = await import("@noble/ed25519");
  const message = Uint8Array.from([...utf8(CERTIFICATE_LABEL), ...data]);
  const good = await verifyAsync(raw.slice(-SIGNATURE_BYTES), message, fromB64u(serverKey)).catch(() => false);
  if (!good) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const id = hex(data.subarray(5, 21));
  return {
    branch: view.getUint32(1),
    device: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join("-"),
    point: data.slice(21, 85),
    from: view.getUint32(85) * 1000,
    until: view.getUint32(89) * 1000,
    agentCode: new TextDecoder().decode(data.subarray(HEAD_BYTES + 1)),
  };
}

async function isSigned(point: Bytes, receipt: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const raw = Uint8Array.from([4, ...point]);
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
    const message = Uint8Array.from([...utf8(RECEIPT_LABEL), ...receipt]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
  } catch {
    return false;
  }
}
