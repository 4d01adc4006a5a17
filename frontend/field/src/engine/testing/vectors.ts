/**
 * Makes docs/device-protocol-vectors.json (`npm run vectors` writes it). The key is a test key that signs nothing else. ECDSA takes
 * a fresh random number for every signature, so a new run gives other signatures that are as good; everything else stays.
 */
import { serialiseOp } from "../chain";
import { type Bytes, b64u, hex, sha256, utf8 } from "../encoding";
import { activationMessage, photoMessage, pushMessage, requestMessage } from "../keys";
import { SEALED_INFO, seal } from "../sealing";
import { makeBranch } from "./branch";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Example key of RFC 7515, appendix A.3: public, so that nobody takes it for a secret. */
const JWK = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
} as const;

const DEVICE = "019a9b00-0000-7000-8000-00000000d001";
const ENROL_OP = "019a9b00-0001-7000-8000-000000000001";
const TOKEN = "T1.1795316400000.dGVzdC10b2tlbg";
const NO_HASH = "0".repeat(64);
/** The secret that the published branch key comes from: bytes 0 to 31, as an installation makes 32 at random. */
const SEAL_SECRET = Uint8Array.from({ length: 32 }, (_, place) => place);
const BRANCH = 1501;
/** Stands for a photo: 300,000 bytes, the byte at place n is (31 n + floor(n / 256)) mod 251. */
const PHOTO_SIZE = 300_000;

interface Signed {
  readonly message: string;
  readonly signature: string;
}

interface OpVector {
  readonly line: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface RequestVector extends Signed {
  readonly method: string;
  readonly path: string;
  readonly body_sha256: string;
  readonly token: string;
}

interface PartVector extends Signed {
  readonly upload_offset: number;
  readonly size: number;
  readonly body_sha256: string;
}

interface ContainerVector {
  readonly secret: string;
  readonly ikm: string;
  readonly public_key: string;
  readonly info: string;
  readonly aad: string;
  readonly head: Readonly<Record<string, string | number>>;
  readonly ops: readonly {
    readonly op: string;
    readonly seq: number;
    readonly hash: string;
    readonly sealed: string;
  }[];
  readonly signature: string;
}

export interface Vectors {
  readonly about: string;
  readonly key: { readonly jwk: typeof JWK; readonly public_key: string };
  readonly activation: Signed & { readonly code: string };
  readonly device: string;
  readonly ops: readonly OpVector[];
  readonly push: Signed & { readonly body_sha256: string };
  readonly request: RequestVector;
  readonly attachment: {
    readonly size: number;
    readonly sha256: string;
    readonly first_bytes: string;
    readonly path: string;
    readonly parts: readonly PartVector[];
  };
  readonly container: ContainerVector;
  readonly sealed_photo: Signed & { readonly enrolment: string };
}

async function importKeys(): Promise<{ sign: (message: string) => Promise<string>; publicKey: string }> {
  const { d: _secret, ...open } = JWK;
  const privateKey = await crypto.subtle.importKey("jwk", JWK, ECDSA, false, ["sign"]);
  const publicKey = await crypto.subtle.importKey("jwk", open, ECDSA, true, ["verify"]);
  const sign = async (message: string): Promise<string> => {
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, utf8(message));
    return b64u(new Uint8Array(signature));
  };
  return { sign, publicKey: b64u(new Uint8Array(await crypto.subtle.exportKey("spki", publicKey))) };
}

export function photo(): Bytes {
  return Uint8Array.from({ length: PHOTO_SIZE }, (_, place) => (31 * place + Math.floor(place / 256)) % 251);
}

async function makeOps(photoHash: string): Promise<OpVector[]> {
  const text = "Saya setuju didaftarkan.";
  const enrol = {
    nik: "1571084107909001",
    kk: null,
    name: "Siti Aminah",
    birth_place: "Jambi",
    birth_date: "1990-07-01",
    sex: "F",
    phone: "+6281200000001",
    phone_owner: "own",
    email: null,
    address: "Jl. Uji No. 1\nRT 02 “belakang pasar”",
    region: "15.71.08.1001",
    jobs: [{ code: "trade.market" }],
    income: 1_500_000,
    transport: false,
    employs_others: false,
    programmes: ["JKK", "JKM"],
    months: 1,
    heirs: [{ name: "Budi", relation: "spouse" }],
    consents: [{ purpose: "enrolment", version: "2026-01", sha256: await sha256(utf8(text)), given: true }],
    signature: { kind: "typed", name: "Siti Aminah" },
    id_card: { sha256: photoHash, size: PHOTO_SIZE, type: "image/jpeg" },
    price_shown: { first_month: "2026-11", total: 8400, monthly: [8400] },
    warnings: [],
  };
  const common = { device: DEVICE, app: "1.0.0", rules: "2026-01" };
  const first = serialiseOp(
    {
      ...common,
      id: ENROL_OP,
      kind: "enrol",
      at: { token: TOKEN, token_clock: 1795316400120, clock: 1795316460120, mono: 60_000 },
      place: { lat: -1.61, lon: 103.61, accuracy: 20 },
      body: enrol,
    },
    { seq: 1, prev: NO_HASH },
  );
  const second = serialiseOp(
    {
      ...common,
      id: "019a9b00-0002-7000-8000-000000000002",
      kind: "cancel",
      at: { token: TOKEN, token_clock: 1795316400120, clock: 1795316520120, mono: null },
      place: null,
      body: { enrolment_op: ENROL_OP, reason: "mistake" },
    },
    { seq: 2, prev: await sha256(first) },
  );
  const describe = async (line: Bytes): Promise<OpVector> => {
    return { line: new TextDecoder().decode(line), bytes: line.length, sha256: await sha256(line) };
  };
  return [await describe(first), await describe(second)];
}

/** Key of the branch for phones, derived as the server derives it. */
export async function sealIkm(): Promise<Bytes> {
  const hmac = { name: "HMAC", hash: "SHA-256" } as const;
  const key = await crypto.subtle.importKey("raw", SEAL_SECRET, hmac, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(`perisai-branch-key-1\n${BRANCH}`)));
}

async function makeContainer(ops: readonly OpVector[], signature: string): Promise<ContainerVector> {
  const ikm = await sealIkm();
  const { key } = await makeBranch("1", ikm);
  const rows = ops.map(async ({ line, sha256: hash }, place) => {
    const { id } = JSON.parse(line) as { id: string };
    return { op: id, seq: place + 1, hash, sealed: b64u(await seal(key, DEVICE, utf8(line))) };
  });
  return {
    secret: hex(SEAL_SECRET),
    ikm: hex(ikm),
    public_key: key.publicKey,
    info: SEALED_INFO,
    aad: DEVICE,
    head: { v: 1, device: DEVICE, branch: BRANCH, key: "1", made_at: 1795316600000 },
    ops: await Promise.all(rows),
    signature,
  };
}

export async function makeVectors(): Promise<Vectors> {
  const { sign, publicKey } = await importKeys();
  const signed = async (message: string): Promise<Signed> => ({ message, signature: await sign(message) });
  const bytes = photo();
  const photoHash = await sha256(bytes);
  const ops = await makeOps(photoHash);
  const body = ops.map(({ line }) => `${line}\n`).join("");
  const pull = {
    method: "GET",
    path: "/api/v1/sync/pull?cursor=0&limit=500",
    bodyHash: await sha256(new Uint8Array(0)),
    token: TOKEN,
  };
  const address = `/api/v1/attachments/${photoHash}`;
  const parts = await Promise.all(
    [0, 262_144].map(async (offset) => {
      const part = bytes.slice(offset, offset + 262_144);
      const request = { method: "PATCH", path: address, bodyHash: await sha256(part), token: TOKEN };
      return {
        upload_offset: offset,
        size: part.length,
        body_sha256: request.bodyHash,
        ...(await signed(requestMessage(request))),
      };
    }),
  );
  const push = await signed(pushMessage(DEVICE, ops[1]?.sha256 ?? ""));
  return {
    about: "Test vectors of docs/device-protocol.md, section 12. Synthetic person, published test key.",
    key: { jwk: JWK, public_key: publicKey },
    activation: { code: "7K3QXM0A9T", ...(await signed(activationMessage("7K3QXM0A9T", publicKey))) },
    device: DEVICE,
    ops,
    push: { body_sha256: await sha256(utf8(body)), ...push },
    request: {
      method: pull.method,
      path: pull.path,
      body_sha256: pull.bodyHash,
      token: TOKEN,
      ...(await signed(requestMessage(pull))),
    },
    attachment: { size: PHOTO_SIZE, sha256: photoHash, first_bytes: hex(bytes.slice(0, 16)), path: address, parts },
    container: await makeContainer(ops, push.signature),
    sealed_photo: { enrolment: ENROL_OP, ...(await signed(photoMessage(DEVICE, photoHash, ENROL_OP))) },
  };
}
