/** Agents of one phone below the engine, for unit tests: a profile with a device key, a branch's key and ops in its chain. */
import { PhoneStorage } from "../../storage/phone";
import type { ProfileRecord } from "../../storage/phone-records";
import { Storage } from "../../storage/storage";
import { Chain, type OpContent } from "../chain";
import { fromB64u, sha256, uuid7 } from "../encoding";
import { isRecord } from "../http";
import { makeKey, photoMessage, verify } from "../keys";
import { Locks } from "../locks";
import { sealPhoto } from "../seal-pending";
import { SEALED_TYPE } from "../sealed";
import { type Branch, makeBranch } from "./branch";
import { type FakeServer, json, problem } from "./fake-server";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;

export interface PhoneAgent {
  readonly profile: string;
  readonly device: string;
  readonly storage: Storage;
  readonly branch: Branch;
  /** Completes an op; resolves with its id. */
  enrol(name: string, more?: object): Promise<string>;
  /** Keeps a picture of an op as the engine does, with its copy for the branch; resolves with its address. */
  picture(op: string, ...bytes: number[]): Promise<string>;
}

async function makeProfile(id: string): Promise<ProfileRecord> {
  const aes = { name: "AES-GCM", length: 256 };
  const resumeKey = await crypto.subtle.generateKey(aes, false, ["encrypt"]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const pinKey = (await crypto.subtle.generateKey(hmac, false, ["sign"])) as CryptoKey;
  const tries = { wrong: 0, leftMs: 0, serverMs: null };
  const who = { id, agent: `agent-${id}`, label: `Agen ${id}`, code: `P-1501-${id}`, createdAt: 1, retired: false };
  return { ...who, pinKey, resumeKey, wrapped: null, resume: null, tries, idleMinutes: 5 } as ProfileRecord;
}

/** A new agent on the phone of `prefix`, known to `server`. */
export async function makeAgent(prefix: string, id: string, server: FakeServer): Promise<PhoneAgent> {
  const phone = new PhoneStorage(prefix);
  await phone.putProfile(await makeProfile(id));
  const storage = new Storage(phone);
  storage.attach(id);
  storage.unlock(new Uint8Array(32).fill(id.length));
  const key = await makeKey();
  const device = crypto.randomUUID();
  const publicKey = await crypto.subtle.importKey("spki", fromB64u(key.publicKey), ECDSA, true, ["verify"]);
  server.devices.set(device, { id: device, key: publicKey, ops: new Map() });
  const agent = { id: `agent-${id}`, code: `P-1501-${id}`, name: `Agen ${id}`, office: "", sub_branch: "" };
  const office = { id: 1501, name: "KC", timezone: "Asia/Jakarta", province: "15" };
  await storage.becomeDevice({ device, agent, branch: office, activatedAt: 1, revoked: false }, { device, ...key });
  const branch = await makeBranch(`k-${id}`);
  await storage.put("branchKey", branch.key);
  const chain = new Chain(storage, new Locks(null));
  const enrol = async (name: string, more: object = {}): Promise<string> => {
    const at = { token: "T1.1.x", token_clock: 1, clock: 2, mono: 1 };
    const body = { name, ...more };
    const content: OpContent = {
      id: uuid7(server.now),
      device,
      kind: "enrol",
      app: "1",
      rules: "r",
      at,
      place: null,
      body,
    };
    const notes = { agent: agent.id, madeAt: server.now, enrol: null, cancel: null };
    return (await chain.append(() => Promise.resolve({ content, notes, code: null }), null)).id;
  };
  const picture = async (op: string, ...content: number[]): Promise<string> => {
    const bytes = Uint8Array.from(content);
    const address = await sha256(bytes);
    const record = { sha256: address, bytes, size: bytes.length, type: "image/jpeg" as const, draft: null, op };
    await storage.putAttachment({ ...record, offset: 0, keptAt: server.now, mismatches: 0 });
    await sealPhoto(storage, null, address);
    return address;
  };
  return { profile: id, device, storage, branch, enrol, picture };
}

/** The office's side of a sealed container: what is in it, opened, as a plain push would bring it. */
export async function openContainer(text: string, branches: readonly Branch[]) {
  const lines = text.trimEnd().split("\n");
  const [head, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const device = String(head?.device);
  const branch = branches.find(({ key }) => key.id === head?.key);
  const ops: Uint8Array<ArrayBuffer>[] = [];
  const photos = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const line of rest) {
    if (branch === undefined || typeof line.sealed !== "string") continue;
    const plain = await branch.unseal(fromB64u(line.sealed), device);
    if (typeof line.photo === "string") photos.set(line.photo, plain);
    else ops.push(plain);
  }
  const enrolment = rest.find((line) => typeof line.photo === "string")?.enrolment;
  return { device, ops, photos, enrolment, signature: String(rest.at(-1)?.signature), opened: branch !== undefined };
}

/** What the server does about a photo that comes alone. */
async function takePhoto(
  server: FakeServer,
  { device, photos, enrolment, signature }: Awaited<ReturnType<typeof openContainer>>,
): Promise<Response> {
  const [[address, bytes] = ["", new Uint8Array(0)]] = photos;
  const known = server.devices.get(device);
  const message = photoMessage(device, address, String(enrolment));
  if (known === undefined || !(await verify(known.key, message, fromB64u(signature)))) return problem(401, "E2003");
  const status = known.ops.get(String(enrolment))?.status ?? "held";
  const isHere = status === "accepted" || status === "review";
  if (isHere) server.attachments.set(address, { size: bytes.length, bytes: [...bytes] });
  const [here, refused] = [isHere ? [address] : [], status === "rejected" ? [address] : []];
  return json(200, { ...server.token(), answers: [], photos: here, photos_refused: refused });
}

/** The server with what it does about sealed pushes: opens them, then goes the way of a plain one. */
export function sealedServer(server: FakeServer, branches: readonly Branch[]): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (headers.get("Content-Type") !== SEALED_TYPE) return await server.fetch(input, init);
    const text = new TextDecoder().decode(init?.body as Uint8Array<ArrayBuffer>);
    const container = await openContainer(text, branches);
    const { device, ops, signature, opened } = container;
    if (!opened) return problem(409, "E6021");
    if (ops.length === 0) return await takePhoto(server, container);
    const body = new Uint8Array(await new Blob(ops.flatMap((op) => [op, "\n"])).arrayBuffer());
    return await server.fetch(input, {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson", "X-Perisai-Device": device, "X-Perisai-Signature": signature },
      body,
    });
  };
}

export function isSealed(init: RequestInit | undefined): boolean {
  return isRecord(init?.headers) && init.headers["Content-Type"] === SEALED_TYPE;
}
