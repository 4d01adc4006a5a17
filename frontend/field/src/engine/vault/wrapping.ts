/**
 * How the vault key is wrapped (docs/decisions/0006): under the PIN together with a key that the browser keeps and does not
 * give out, and for a short time under another such key alone.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { ProfileRecord, ResumeRecord, WrappedKey } from "../../storage/phone-records";
import { EngineError } from "../contract";
import { type Bytes, utf8 } from "../encoding";
import { requireCrypto } from "../keys";

export const VAULT_KEY_BYTES = 32;
const SALT = 16;
const NONCE = 24;
const IV = 12;
/** Fewer iterations are never used, however slow the phone. */
export const LEAST_ITERATIONS = 150_000;
const MOST_ITERATIONS = 2_000_000;
const PROBE_ITERATIONS = 50_000;
/** What trying one PIN shall cost on the phone where it was chosen. */
const GOAL_MS = 500;

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Neither can be read out, not even by this app. */
export async function makeKeepers(): Promise<{ pinKey: CryptoKey; resumeKey: CryptoKey }> {
  const subtle = requireCrypto();
  return {
    pinKey: await subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]),
    resumeKey: await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
  };
}

/** PBKDF2-SHA256, 32 bytes. */
async function stretch(pin: string, salt: Bytes, iterations: number): Promise<Bytes> {
  const subtle = requireCrypto();
  const key = await subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await subtle.deriveBits(how, key, 256));
}

function join(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type Keepers = Pick<ProfileRecord, "id" | "pinKey" | "resumeKey">;

async function wrappingKey(pin: string, { id, pinKey }: Keepers, salt: Bytes, iterations: number): Promise<Bytes> {
  const stretched = await stretch(pin, salt, iterations);
  return new Uint8Array(await requireCrypto().sign("HMAC", pinKey, join(stretched, salt, utf8(id))));
}

/** Iterations that take about half a second here; the least where the clock tells nothing. */
export async function calibrate(mono: () => number): Promise<number> {
  const began = mono();
  await stretch("000000", random(SALT), PROBE_ITERATIONS);
  const took = mono() - began;
  if (took <= 0) return LEAST_ITERATIONS;
  const fitting = Math.floor((PROBE_ITERATIONS * GOAL_MS) / took / 10_000) * 10_000;
  return Math.min(MOST_ITERATIONS, Math.max(LEAST_ITERATIONS, fitting));
}

export async function wrap(pin: string, profile: Keepers, vaultKey: Bytes, iterations: number): Promise<WrappedKey> {
  const salt = random(SALT);
  const nonce = random(NONCE);
  const key = await wrappingKey(pin, profile, salt, iterations);
  const sealed = xchacha20poly1305(key, nonce, utf8(`perisai-pin-1/${profile.id}`)).encrypt(vaultKey);
  return { salt, iterations, box: join(nonce, new Uint8Array(sealed)) };
}

/** The vault key. Rejects with `pin_wrong`. */
export async function unwrap(pin: string, profile: Keepers, { salt, iterations, box }: WrappedKey): Promise<Bytes> {
  const key = await wrappingKey(pin, profile, salt, iterations);
  const cipher = xchacha20poly1305(key, box.slice(0, NONCE), utf8(`perisai-pin-1/${profile.id}`));
  try {
    return new Uint8Array(cipher.decrypt(box.slice(NONCE)));
  } catch {
    throw new EngineError("pin_wrong");
  }
}

export async function wrapResume(profile: Keepers, vaultKey: Bytes, touchedAt: number | null): Promise<ResumeRecord> {
  const iv = random(IV);
  const how = { name: "AES-GCM", iv, additionalData: utf8(`perisai-resume-1/${profile.id}`) };
  const box = new Uint8Array(await requireCrypto().encrypt(how, profile.resumeKey, vaultKey));
  return { iv, box, touchedAt };
}

/** Null where the copy is none, or not of this profile. */
export async function unwrapResume(profile: Keepers, { iv, box }: ResumeRecord): Promise<Bytes | null> {
  const how = { name: "AES-GCM", iv, additionalData: utf8(`perisai-resume-1/${profile.id}`) };
  try {
    return new Uint8Array(await requireCrypto().decrypt(how, profile.resumeKey, box));
  } catch {
    return null;
  }
}
