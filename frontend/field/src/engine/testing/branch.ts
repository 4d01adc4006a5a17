/** A branch's key pair for unit tests, with what only the branch can do. */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, b64u, utf8 } from "../encoding";
import { type BranchKey, SEALED_INFO } from "../sealing";

const SUITE = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const ENC_BYTES = 65;

export interface Branch {
  readonly key: BranchKey;
  /** Rejects for what was sealed to another key or says to be of another device. */
  unseal(sealed: Uint8Array<ArrayBuffer> | null, device: string): Promise<Bytes>;
}

/** `ikm`: what a published pair is derived from (RFC 9180, DeriveKeyPair); a new pair each time without it. */
export async function makeBranch(id = "k1", ikm?: Bytes): Promise<Branch> {
  const pair = ikm === undefined ? await SUITE.kem.generateKeyPair() : await SUITE.kem.deriveKeyPair(ikm.buffer);
  const point = new Uint8Array(await SUITE.kem.serializePublicKey(pair.publicKey));
  return {
    key: { id, publicKey: b64u(point) },
    unseal: async (sealed, device) => {
      const whole = sealed ?? new Uint8Array(0);
      const enc = whole.slice(0, ENC_BYTES);
      const recipient = await SUITE.createRecipientContext({
        recipientKey: pair.privateKey,
        enc,
        info: utf8(SEALED_INFO),
      });
      return new Uint8Array(await recipient.open(whole.slice(ENC_BYTES), utf8(device)));
    },
  };
}
