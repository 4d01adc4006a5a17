/** Uploads photos after their ops, in parts, from where the server has them (protocol, section 9). */
import type { AttachmentRecord, StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { isRecord, Refusal, type Reply } from "./http";
import { Pieces, timeoutFor } from "./pieces";
import type { Progress } from "./push";
import type { SignedRequests } from "./signed";
import type { Surroundings } from "./surroundings";

/** Bytes in one part: what a line of 20 kB/s carries between two drops at first; the protocol takes 256 KiB. */
export const PART_BYTES = { first: 32 * 1024, least: 8 * 1024, most: 256 * 1024 } as const;
/** After so many answers that the bytes do not match, the photo waits for the next start of the app. */
const MAX_MISMATCHES = 3;

/** A photo has 256 parts at most; more turns than this mean that the server contradicts itself. */
const MAX_TURNS = 400;

/** The server has the op and did not refuse it. */
const READY: readonly string[] = ["accepted", "review", "received"];

/** The worker has not agreed to a picture; the enrolment has one or waits for none. */
const UNWANTED: readonly string[] = ["E6012", "E6013"];

interface Waiting {
  readonly sha256: string;
  readonly device: string;
  readonly path: string;
}

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
  private readonly pieces = new Pieces(PART_BYTES);

  constructor(
    private readonly storage: Storage,
    private readonly requests: SignedRequests,
    private readonly around: Surroundings,
  ) {}

  /** Uploads what can be uploaded; true when a photo was completed. Calls `moved` whenever a part got through. */
  async run(identity: StateValues["identity"], progress: Progress, moved: () => void): Promise<boolean> {
    const ready = await this.listReady(identity);
    let done = 0;
    for (const [place, waiting] of ready.entries()) {
      progress(place, ready.length);
      if (await this.upload(waiting, waiting.device !== identity.device, moved)) done += 1;
    }
    return done > 0;
  }

  /**
   * Photos whose op the server has, and not of one it refused: nobody needs those. They go under the present device,
   * also when a former one of the same agent made the op. One that no op here names was brought later, for an enrolment.
   */
  private async listReady(identity: StateValues["identity"]): Promise<Waiting[]> {
    const ready: Waiting[] = [];
    for (const { sha256, op: id } of await this.storage.listWaitingAttachments()) {
      if (this.givenUp.has(sha256)) continue;
      const op = await this.storage.findOp(id);
      const named = op === null || READY.includes(op.status);
      const own = op === null || op.agent === identity.agent.id;
      const later = op?.enrol?.photo !== sha256;
      const path = `/api/v1/attachments/${sha256}${later ? `?enrolment=${id}` : ""}`;
      if (named) ready.push({ sha256, device: own ? identity.device : op.device, path });
    }
    return ready;
  }

  private async upload(waiting: Waiting, former: boolean, moved: () => void): Promise<boolean> {
    try {
      return await this.sendParts(waiting, moved);
    } catch (failure) {
      // 404: the op that names it is not judged yet. The next round asks again.
      if (failure instanceof Refusal && failure.status === 404) return false;
      if (failure instanceof Refusal && UNWANTED.includes(failure.code)) {
        await this.storage.dropAttachment(waiting.sha256);
        return true;
      }
      const hopeless = former ? [400, 401, 403, 413, 415, 422] : [400, 413, 415, 422];
      if (failure instanceof Refusal && hopeless.includes(failure.status)) {
        this.givenUp.add(waiting.sha256);
        return false;
      }
      throw failure;
    }
  }

  private async sendParts({ device, sha256, path }: Waiting, moved: () => void): Promise<boolean> {
    let position = positionOf(await this.requests.ask(device, { method: "GET", path }));
    const record = position.complete ? null : await this.storage.findAttachment(sha256);
    for (let turn = 0; !position.complete; turn += 1) {
      if (record === null) return false;
      if (record.mismatches >= MAX_MISMATCHES) {
        this.givenUp.add(sha256);
        return false;
      }
      if (position.offset >= record.size || turn > MAX_TURNS) throw new EngineError("bad_answer");
      position = await this.sendPart(device, path, record, position.offset);
      moved();
    }
    await this.storage.dropAttachment(sha256);
    return true;
  }

  private async sendPart(device: string, path: string, record: AttachmentRecord, offset: number): Promise<Position> {
    const body = record.bytes.slice(offset, offset + this.pieces.limit);
    const headers = {
      "Upload-Offset": String(offset),
      "Upload-Length": String(record.size),
      "Content-Type": "application/octet-stream",
    };
    const began = this.around.mono();
    const timeoutMs = timeoutFor(body.length);
    try {
      const reply = await this.requests.ask(device, { method: "PATCH", path, headers, body, timeoutMs });
      this.pieces.passed(body.length, this.around.mono() - began);
      return positionOf(reply);
    } catch (failure) {
      if (failure instanceof EngineError && ["unreachable", "bad_answer"].includes(failure.code)) this.pieces.broke();
      if (!(failure instanceof Refusal)) throw failure;
      if (failure.status === 409)
        return readPosition(failure.json) ?? positionOf(await this.requests.ask(device, { method: "GET", path }));
      if (failure.status !== 422 || UNWANTED.includes(failure.code)) throw failure;
      record.mismatches += 1;
      await this.storage.noteAttachment(record.sha256, { offset: 0, mismatches: record.mismatches });
      return { offset: 0, complete: false };
    }
  }
}
