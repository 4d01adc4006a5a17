/** The device key: ECDSA on P-256, made here, never leaving the browser's key store (protocol, section 1). */
import { EngineError } from "./contract";
import { type Bytes, b64u, utf8 } from "./encoding";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGN = { name: "ECDSA", hash: "SHA-256" } as const;

export interface DeviceKey {
  readonly privateKey: CryptoKey;
  /** b64u of the SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/** Rejects with `insecure` outside HTTPS and localhost, where browsers hide WebCrypto, else with `unsupported`. */
export function requireCrypto(): SubtleCrypto {
  if (globalThis.isSecureContext === false) throw new EngineError("insecure");
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new EngineError("unsupported");
  return subtle;
}

export async function makeKey(): Promise<DeviceKey> {
  const subtle = requireCrypto();
  const pair = await subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const spki = await subtle.exportKey("spki", pair.publicKey);
  return { privateKey: pair.privateKey, publicKey: b64u(new Uint8Array(spki)) };
}

async function sign(key: CryptoKey, message: string): Promise<string> {
  const signature = await requireCrypto().sign(SIGN, key, utf8(message));
  return b64u(new Uint8Array(signature));
}

/** r and s over any bytes. */
export async function signBytes(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await requireCrypto().sign(SIGN, key, message));
}

export function activationMessage(code: string, publicKey: string): string {
  return `perisai-activate-1\n${code}\n${publicKey}`;
}

export function pushMessage(device: string, lastHash: string): string {
  return `perisai-push-1\n${device}\n${lastHash}`;
}

export function photoMessage(device: string, sha256: string, op: string): string {
  return `perisai-photo-1\n${device}\n${sha256}\n${op}`;
}

export interface RequestParts {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly bodyHash: string;
  readonly token: string;
}

export function requestMessage({ method, path, bodyHash, token }: RequestParts): string {
  return `perisai-request-1\n${method}\n${path}\n${bodyHash}\n${token}`;
}

export function proveActivation(key: DeviceKey, code: string): Promise<string> {
  return sign(key.privateKey, activationMessage(code, key.publicKey));
}

export function signPush(key: CryptoKey, device: string, lastHash: string): Promise<string> {
  return sign(key, pushMessage(device, lastHash));
}

export function signPhoto(key: CryptoKey, device: string, sha256: string, op: string): Promise<string> {
  return sign(key, photoMessage(device, sha256, op));
}

export function signRequest(key: CryptoKey, parts: RequestParts): Promise<string> {
  return sign(key, requestMessage(parts));
}

/** For tests and vectors: whether a signature of this protocol holds. */
export async function verify(key: CryptoKey, message: string, signature: Bytes): Promise<boolean> {
  return requireCrypto().verify(SIGN, key, signature, utf8(message));
}
