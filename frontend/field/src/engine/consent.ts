/** One-time codes that the server sends to a worker's own telephone, for a consent that was read aloud. */
import type { StateValues } from "../storage/records";
import { EngineError } from "./contract";
import { utf8 } from "./encoding";
import { isRecord } from "./http";
import type { SignedRequests } from "./signed";

/** `phone` as +62...; resolves with the challenge that the code belongs to. Rejects as any request does. */
export async function askForCode(
  requests: SignedRequests,
  identity: StateValues["identity"],
  phone: string,
): Promise<string> {
  const path = "/api/v1/sync/consent-code";
  const headers = { "Content-Type": "application/json" };
  const body = utf8(JSON.stringify({ phone }));
  const reply = await requests.ask(identity.device, { method: "POST", path, headers, body, timeoutMs: 20_000 });
  if (!isRecord(reply.json) || typeof reply.json.challenge !== "string") throw new EngineError("bad_answer");
  return reply.json.challenge;
}
