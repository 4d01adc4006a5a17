/** Makes this phone a device of its agent (protocol, section 3). */
import type { StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { utf8 } from "./encoding";
import { type Http, isRecord } from "./http";
import { makeKey, proveActivation } from "./keys";
import { readAgent, readBranch } from "./pull";
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

export class Activation {
  constructor(
    private readonly storage: Storage,
    private readonly http: Http,
    private readonly time: Time,
    private readonly around: Surroundings,
  ) {}

  /**
   * The key is made first and kept with the identity in one act: an answer that gets lost on its way leaves the phone
   * as it was, and the branch gives another code.
   */
  async activate(typed: string): Promise<Identity> {
    const code = readCode(typed);
    if (code === null) throw new EngineError("invalid_code");
    const key = await makeKey();
    const request = {
      code,
      public_key: key.publicKey,
      name: this.around.agentName,
      app: this.around.version,
      proof: await proveActivation(key, code),
      previous: await this.findPrevious(),
    };
    const headers = { "Content-Type": "application/json" };
    const body = utf8(JSON.stringify(request));
    const reply = await this.http.ask({ method: "POST", path: "/api/v1/activation", headers, body });
    const identity = readIdentity(reply.json, this.around.now());
    await this.storage.becomeDevice(identity, { device: identity.device, ...key });
    await noteToken(this.time, reply.json);
    return identity;
  }

  private async findPrevious(): Promise<{ device: string; seq: number; hash: string } | null> {
    const identity = await this.storage.find("identity");
    return identity === null ? null : await this.storage.find("confirmed", identity.device);
  }
}
