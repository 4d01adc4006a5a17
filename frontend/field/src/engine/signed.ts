/** Requests signed one by one with a fresh time token (protocol, section 6). */
import type { Storage } from "../storage/storage";
import { noteWorld } from "../world";
import { EngineError } from "./contract";
import { type Bytes, sha256 } from "./encoding";
import { type Ask, type Http, isRecord, Refusal, type Reply } from "./http";
import { signRequest } from "./keys";
import type { Time } from "./time";

const NOTHING: Bytes = new Uint8Array(0);

/** Keeps the token that every answer of the protocol carries. */
export async function noteToken(time: Time, json: unknown): Promise<void> {
  if (!isRecord(json)) return;
  noteWorld(json.world);
  const { time_token: token, server_ms: serverMs } = json;
  if (typeof token === "string" && typeof serverMs === "number") await time.note(token, serverMs);
}

export class SignedRequests {
  constructor(
    private readonly storage: Pick<Storage, "findKey">,
    private readonly http: Http,
    private readonly time: Time,
  ) {}

  /** Sends as `device`; fetches a token first when ours is stale, and once more when the server refuses it. */
  async ask(device: string, ask: Ask): Promise<Reply> {
    const used = this.time.findFresh();
    try {
      return await this.send(device, ask, used ?? (await this.fetchToken()));
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.status !== 401 || used === null) throw failure;
      this.time.refuse();
      return await this.send(device, ask, await this.fetchToken());
    }
  }

  async fetchToken(): Promise<string> {
    const reply = await this.http.ask({ method: "POST", path: "/api/v1/sync/time", timeoutMs: 15_000 });
    await noteToken(this.time, reply.json);
    const token = this.time.findFresh();
    if (token === null) throw new EngineError("bad_answer");
    return token;
  }

  private async send(device: string, ask: Ask, token: string): Promise<Reply> {
    const key = await this.storage.findKey(device);
    if (key === null) throw new EngineError("not_activated");
    const bodyHash = await sha256(ask.body ?? NOTHING);
    const signature = await signRequest(key.privateKey, { method: ask.method, path: ask.path, bodyHash, token });
    const headers = {
      ...ask.headers,
      "X-Perisai-Device": device,
      "X-Perisai-Token": token,
      "X-Perisai-Signature": signature,
    };
    const reply = await this.http.ask({ ...ask, headers });
    await noteToken(this.time, reply.json);
    return reply;
  }
}
