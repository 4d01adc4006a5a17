/** Makes this phone a device of its agent (protocol, section 3). */
import type { StateValues } from "../storage/records";
import { EngineError } from "./contract";
import { utf8 } from "./encoding";
import { type Http, isRecord } from "./http";
import { type DeviceKey, makeKey, proveActivation } from "./keys";
import { readAgent, readBranch } from "./pull";
import { type BranchKey, readBranchKey } from "./sealing";
import { noteToken } from "./signed";
import type { Surroundings } from "./surroundings";
import type { Time } from "./time";

const CODE = /^[0-9A-HJKMNP-TV-Z]{10}$/;

/** Ten characters of Crockford's base 32, also from `…/app/#/activate/CODE`; O is read as 0, I and L as 1. */
export function readCode(text: string): string | null {
  const typed = /#\/activate\/([^/?#\s]+)/i.exec(text)?.[1] ?? text;
  const code = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return CODE.test(code) ? code : null;
}

type Identity = StateValues["identity"];

function readIdentity(json: unknown, activatedAt: number): Identity {
  if (!isRecord(json) || typeof json.device !== "string" || json.device === "") throw new EngineError("bad_answer");
  return {
    device: json.device,
    agent: readAgent(json.agent),
    branch: readBranch(json.branch),
    activatedAt,
    revoked: false,
  };
}

export interface Previous {
  readonly device: string;
  readonly seq: number;
  readonly hash: string;
}

export interface Activated {
  readonly identity: Identity;
  readonly key: DeviceKey;
  /** What ops are sealed to; null where the server does not say. */
  readonly branchKey: BranchKey | null;
}

function readKey(json: unknown): BranchKey | null {
  return isRecord(json) && isRecord(json.branch) ? readBranchKey(json.branch.seal_key) : null;
}

export class Activation {
  constructor(
    private readonly http: Http,
    private readonly time: Time,
    private readonly around: Surroundings,
  ) {}

  /**
   * Nothing is kept here: an answer that gets lost on its way leaves the phone as it was, and the branch gives another
   * code. `previous`: the last confirmed op of what this device follows.
   */
  async activate(typed: string, previous: Previous | null): Promise<Activated> {
    const code = readCode(typed);
    if (code === null) throw new EngineError("invalid_code");
    const key = await makeKey();
    const request = {
      code,
      public_key: key.publicKey,
      name: this.around.agentName,
      app: this.around.version,
      proof: await proveActivation(key, code),
      previous,
    };
    const headers = { "Content-Type": "application/json" };
    const body = utf8(JSON.stringify(request));
    const reply = await this.http.ask({ method: "POST", path: "/api/v1/activation", headers, body });
    const identity = readIdentity(reply.json, this.around.now());
    await noteToken(this.time, reply.json);
    return { identity, key, branchKey: readKey(reply.json) };
  }
}
