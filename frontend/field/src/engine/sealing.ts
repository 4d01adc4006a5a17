/**
 * Seals to the branch (docs/decisions/0006): HPKE in base mode, DHKEM P-256, HKDF-SHA256, AES-256-GCM. Only the branch's private
 * key opens what comes out; this phone cannot. The library is loaded when something is sealed for the first time.
 */
import type { Storage } from "../storage/storage";
import { type Bytes, fromB64u, utf8 } from "./encoding";
import type { Room } from "./keeping";

export const SEALED_INFO = "perisai-sealed-1";

/** The branch's public key; `publicKey` is b64u of the uncompressed point (65 bytes). */
export interface BranchKey {
  readonly id: string;
  readonly publicKey: string;
}

const POINT_BYTES = 65;

/** `seal_key` of the branch, as activation and every pull bring it; null for what is none. */
export function readBranchKey(value: unknown): BranchKey | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, public_key: point } = value as Record<string, unknown>;
  if (typeof id !== "string" || id === "" || typeof point !== "string") return null;
  try {
    return fromB64u(point).length === POINT_BYTES ? { id, publicKey: point } : null;
  } catch {
    return null;
  }
}

async function makeSuite() {
  const { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } = await import("@hpke/core");
  return new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

let suite: ReturnType<typeof makeSuite> | null = null;

function getSuite(): ReturnType<typeof makeSuite> {
  suite ??= makeSuite();
  // A chunk that could not be loaded may be there the next time.
  suite.catch(() => {
    suite = null;
  });
  return suite;
}

/** `enc` and ciphertext, one after the other. `device` binds it to the phone that says to have made it. */
export async function seal(key: BranchKey, device: string, plain: Bytes): Promise<Bytes> {
  const hpke = await getSuite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(fromB64u(key.publicKey));
  const sender = await hpke.createSenderContext({ recipientPublicKey, info: utf8(SEALED_INFO) });
  const ciphertext = await sender.seal(plain, utf8(device));
  const sealed = new Uint8Array(sender.enc.byteLength + ciphertext.byteLength);
  sealed.set(new Uint8Array(sender.enc), 0);
  sealed.set(new Uint8Array(ciphertext), sender.enc.byteLength);
  return sealed;
}

/**
 * Gives a photo of an op its copy for the branch, so that it leaves although nobody opens the vault again. Never rejects: what
 * could not be sealed is sealed in a later round.
 */
export async function sealPhotoSoon(storage: Storage, room: Room, sha256: string): Promise<void> {
  try {
    await (await import("./seal-pending")).sealPhoto(storage, room, sha256);
  } catch {
    // The vault copy is there.
  }
}

/** Loads what sealing needs, so that the first enrolment does not wait for it. */
export function warmSealing(): void {
  void getSuite().catch(() => undefined);
}

/** How long work may wait for a seal: the library may have to come over a bad line. */
const PATIENCE_MS = 1_500;

/** The same, or null where it cannot be done soon: what is kept unsealed is sealed later, and nobody's work waits for it. */
export async function trySeal(key: BranchKey | null, device: string, plain: Bytes): Promise<Bytes | null> {
  if (key === null) return null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([seal(key, device, plain).catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
