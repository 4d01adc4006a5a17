/** Uploads photos after their ops, in parts, from where the server has them (protocol, section 9). */
import type { StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { isRecord, Refusal, type Reply } from "./http";
import type { Progress } from "./push";
import type { SignedRequests } from "./signed";
import type { Surroundings } from "./surroundings";

const PART = 256 * 1024;
const SLOW_PART = 32 * 1024;
/** After so many answers that the bytes do not match, the photo waits for the next start of the app. */
const MAX_MISMATCHES = 3;

/** A photo has 64 parts at most; more turns than this mean that the server contradicts itself. */
const MAX_TURNS = 100;

interface Position {
  readonly offset: number;
  readonly complete: boolean;
}

function readPosition(json: unknown): Position | null {
  if (!isRecord(json) || typeof json.offset !== "number" || json.offset < 0) return null;
  return { offset: json.offset, complete: json.complete === true };
}

function positionOf(reply: Reply): Position {
  const position = readPosition(reply.json);
  if (position === null) throw new EngineError("bad_answer");
  return position;
}

export class Attachments {
  private readonly givenUp = new Set<string>();

  constructor(
    private readonly storage: Storage,
    private readonly requests: SignedRequests,
    private readonly around: Surroundings,
  ) {}

  /** Uploads what can be uploaded; true when a photo was completed. */
  async run(identity: StateValues["identity"], progress: Progress): Promise<boolean> {
    const ready = await this.listReady(identity);
    let done = 0;
    for (const [place, { sha256, device }] of ready.entries()) {
      progress(place, ready.length);
      if (await this.upload(device, sha256, device !== identity.device)) done += 1;
    }
    return done > 0;
  }

  /**
   * Photos whose op the server has, and not of one it refused: nobody needs those. They go under the present device,
   * also when a former one of the same agent made the op.
   */
  private async listReady(identity: StateValues["identity"]): Promise<{ sha256: string; device: string }[]> {
    const ready: { sha256: string; device: string }[] = [];
    for (const { sha256, op: id } of await this.storage.listWaitingAttachments()) {
      const op = await this.storage.findOp(id);
      const named = op !== null && ["accepted", "review", "received"].includes(op.status);
      if (named && !this.givenUp.has(sha256))
        ready.push({ sha256, device: op.agent === identity.agent.id ? identity.device : op.device });
    }
    return ready;
  }

  private async upload(device: string, sha256: string, former: boolean): Promise<boolean> {
    const path = `/api/v1/attachments/${sha256}`;
    try {
      return await this.sendParts(device, sha256, path);
    } catch (failure) {
      // 404: the op that names it is not judged yet. The next round asks again.
      if (failure instanceof Refusal && failure.status === 404) return false;
      const hopeless = former ? [400, 401, 403, 413, 415, 422] : [400, 413, 415, 422];
      if (failure instanceof Refusal && hopeless.includes(failure.status)) {
        this.givenUp.add(sha256);
        return false;
      }
      throw failure;
    }
  }

  private async sendParts(device: string, sha256: string, path: string): Promise<boolean> {
    let position = positionOf(await this.requests.ask(device, { method: "GET", path }));
    for (let turn = 0; !position.complete; turn += 1) {
      const record = await this.storage.findAttachment(sha256);
      if (record === null) return false;
      if (record.mismatches >= MAX_MISMATCHES) {
        this.givenUp.add(sha256);
        return false;
      }
      if (position.offset >= record.size || turn > MAX_TURNS) throw new EngineError("bad_answer");
      position = await this.sendPart(device, path, sha256, position.offset, record.bytes);
      await this.storage.noteAttachment(sha256, { offset: position.offset });
    }
    await this.storage.dropAttachment(sha256);
    return true;
  }

  private async sendPart(
    device: string,
    path: string,
    sha256: string,
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Position> {
    const body = bytes.slice(offset, offset + (this.around.slow() ? SLOW_PART : PART));
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" };
    try {
      return positionOf(await this.requests.ask(device, { method: "PATCH", path, headers, body, timeoutMs: 60_000 }));
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      if (failure.status === 409)
        return readPosition(failure.json) ?? positionOf(await this.requests.ask(device, { method: "GET", path }));
      if (failure.status !== 422) throw failure;
      await this.noteMismatch(sha256);
      return { offset: 0, complete: false };
    }
  }

  private async noteMismatch(sha256: string): Promise<void> {
    const record = await this.storage.findAttachment(sha256);
    if (record !== null) await this.storage.noteAttachment(sha256, { offset: 0, mismatches: record.mismatches + 1 });
  }
}
