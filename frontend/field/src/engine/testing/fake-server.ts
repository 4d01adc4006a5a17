/** The server's side of the device protocol, as small as it can be, for unit tests only: it checks what it is sent. */
import { fromB64u, sha256, utf8 } from "../encoding";
import { isRecord } from "../http";
import { activationMessage, pushMessage, requestMessage, verify } from "../keys";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;
const NO_HASH = "0".repeat(64);

export interface StoredOp {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly prev: string;
  readonly kind: string;
  readonly body: Record<string, unknown>;
  status: string;
}

interface Device {
  readonly id: string;
  readonly key: CryptoKey;
  readonly ops: Map<string, StoredOp>;
}

/** Looks at a request first; what it returns is answered in place of the server's own answer. */
export type Mishap = (request: {
  method: string;
  path: string;
  body: Uint8Array<ArrayBuffer>;
}) => Promise<Response> | Response | null;

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const text = { id: `salah ${code}`, en: `wrong ${code}` };
  return new Response(JSON.stringify({ type: "about:blank", status, code, text, action: { id: "a", en: "b" } }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

export class FakeServer {
  now = Date.UTC(2026, 10, 22, 3);
  readonly devices = new Map<string, Device>();
  readonly attachments = new Map<string, { size: number; bytes: number[] }>();
  readonly requests: string[] = [];
  readonly pushes: number[] = [];
  mishaps: Mishap[] = [];
  /** Decides what an op becomes. */
  judge: (op: StoredOp) => string = () => "accepted";
  pages: Record<string, unknown>[] = [];
  rulesVersion = "2026-01";
  revoked = false;
  revokedDevice: string | null = null;
  /** With the refusal of a phone that is switched off: nothing of it is waited for. */
  wipe = false;
  /** Who the next activation code belongs to. */
  agent = { id: "0199-agent", code: "P-1501-0001", name: "Rina", office: "Kantor Uji", sub_branch: "KCP Uji" };

  readonly fetch: typeof fetch = async (input, init) => {
    const path = String(input);
    const method = init?.method ?? "GET";
    const body = new Uint8Array((init?.body as Uint8Array<ArrayBuffer> | undefined) ?? new Uint8Array(0));
    this.requests.push(`${method} ${path}`);
    const mishap = this.mishaps[0]?.({ method, path, body });
    if (mishap !== null && mishap !== undefined) {
      this.mishaps.shift();
      return await mishap;
    }
    return await this.route(method, path, body, new Headers(init?.headers));
  };

  token(): { time_token: string; server_ms: number } {
    return { time_token: `T1.${this.now}.test`, server_ms: this.now };
  }

  private async route(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Headers,
  ): Promise<Response> {
    if (path === "/api/v1/sync/time") return json(200, this.token());
    if (path === "/api/v1/activation") return this.activate(body);
    if (path === "/api/v1/sync/push") return this.push(body, headers);
    if (path.startsWith("/api/v1/reference/")) return this.reference(path, headers);
    const refusal = await this.checkRequest(method, path, body, headers);
    if (refusal !== null) return refusal;
    if (path.startsWith("/api/v1/sync/pull")) return this.pull(path);
    if (path.startsWith("/api/v1/attachments/")) return this.attach(method, path.slice(20), body, headers);
    return problem(404, "E1004");
  }

  private async activate(body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const request: unknown = JSON.parse(new TextDecoder().decode(body));
    if (!isRecord(request)) return problem(400, "E1001");
    const publicKey = String(request.public_key);
    const key = await crypto.subtle.importKey("spki", fromB64u(publicKey), ECDSA, true, ["verify"]);
    const message = activationMessage(String(request.code), publicKey);
    if (!(await verify(key, message, fromB64u(String(request.proof))))) return problem(401, "E2003");
    const id = crypto.randomUUID();
    this.devices.set(id, { id, key, ops: new Map() });
    const branch = { id: 1501, name: "KC Jambi", timezone: "Asia/Jakarta", province: "15" };
    return json(200, { device: id, ...this.token(), agent: this.agent, branch });
  }

  private async push(body: Uint8Array<ArrayBuffer>, headers: Headers): Promise<Response> {
    const device = this.devices.get(headers.get("X-Perisai-Device") ?? "");
    if (device === undefined) return problem(401, "E2001");
    const lines = new TextDecoder().decode(body).split("\n");
    if (lines.pop() !== "") return problem(400, "E6001");
    const last = await sha256(utf8(lines.at(-1) ?? ""));
    const signature = fromB64u(headers.get("X-Perisai-Signature") ?? "");
    if (!(await verify(device.key, pushMessage(device.id, last), signature))) return problem(401, "E2003");
    this.pushes.push(lines.length);
    const answers: unknown[] = [];
    for (const line of lines) answers.push(await this.receive(device, line));
    const judged = this.judged(device);
    return json(200, { ...this.token(), chain: { seq: judged.length, hash: judged.at(-1)?.hash ?? NO_HASH }, answers });
  }

  private async receive(device: Device, line: string): Promise<unknown> {
    const hash = await sha256(utf8(line));
    const { id, seq, prev, kind, body } = JSON.parse(line) as StoredOp;
    const before = device.ops.get(id);
    if (before !== undefined && before.hash !== hash)
      return { op: id, seq, status: "conflict", code: "E6006", text: null, result: null };
    const op = before ?? { id, seq, prev, kind, body, hash, status: "held" };
    const previous = [...device.ops.values()].find((one) => one.seq === seq - 1);
    const inOrder = seq === 1 ? prev === NO_HASH : previous?.hash === prev;
    op.status = inOrder ? this.judge(op) : "held";
    if (op.status !== "invalid") device.ops.set(id, op);
    const result = op.status === "accepted" && kind === "enrol" ? this.resultOf(op) : null;
    const code = op.status === "rejected" ? "E3101" : null;
    const text = code === null ? null : { id: "Ditolak", en: "Refused", action: { id: "a", en: "b" } };
    return { op: id, seq, status: op.status, code, text, result };
  }

  resultOf(op: StoredOp): unknown {
    return {
      enrolment: `e-${op.id}`,
      payment_code: "8801500000000123",
      amount: 16800,
      pay_link: "https://example.test/p/x",
    };
  }

  private judged(device: Device): StoredOp[] {
    return [...device.ops.values()].filter((op) => op.status !== "held").sort((a, b) => a.seq - b.seq);
  }

  private async checkRequest(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Headers,
  ): Promise<Response | null> {
    const device = this.devices.get(headers.get("X-Perisai-Device") ?? "");
    if (device === undefined) return problem(401, "E2001");
    if (this.revoked || device.id === this.revokedDevice)
      return json(403, { code: "E2002", text: { id: "salah E2002", en: "wrong E2002" }, wipe: this.wipe });
    const token = headers.get("X-Perisai-Token") ?? "";
    if (this.now - Number(token.split(".")[1]) > 15 * 60_000) return problem(401, "E2004");
    const message = requestMessage({ method, path, bodyHash: await sha256(body), token });
    const right = await verify(device.key, message, fromB64u(headers.get("X-Perisai-Signature") ?? ""));
    return right ? null : problem(401, "E2003");
  }

  private pull(path: string): Response {
    const cursor = Number(new URL(path, "http://x").searchParams.get("cursor"));
    const page = this.pages[cursor];
    const more = cursor + 1 < this.pages.length;
    const next = page === undefined ? cursor : cursor + 1;
    const me = {
      agent: {},
      branch: {},
      today: { enrolled: 3 },
      month: { enrolled: 40 },
      rules: this.rulesVersion,
      as_of_ms: this.now,
    };
    return json(200, { cursor: next, more, ...this.token(), members: [], answers: [], me, ...page });
  }

  private async attach(
    method: string,
    address: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Headers,
  ): Promise<Response> {
    const size = this.sizeOf(address);
    if (size === null) return problem(404, "E6104");
    const kept = this.attachments.get(address) ?? { size, bytes: [] };
    this.attachments.set(address, kept);
    if (method === "PATCH") {
      if (Number(headers.get("Upload-Offset")) !== kept.bytes.length) return json(409, this.position(kept));
      for (const byte of body) kept.bytes.push(byte);
      if (kept.bytes.length >= size && (await sha256(Uint8Array.from(kept.bytes))) !== address) {
        kept.bytes.length = 0;
        return json(422, this.position(kept));
      }
    }
    return json(200, this.position(kept));
  }

  private position(kept: { size: number; bytes: number[] }): unknown {
    return { offset: kept.bytes.length, size: kept.size, complete: kept.bytes.length >= kept.size };
  }

  private sizeOf(address: string): number | null {
    for (const device of this.devices.values()) {
      for (const { body, status } of device.ops.values()) {
        const card = body.id_card;
        if (status !== "held" && isRecord(card) && card.sha256 === address) return Number(card.size);
      }
    }
    return null;
  }

  private reference(path: string, headers: Headers): Response {
    const etag = `"${this.rulesVersion}"`;
    if (headers.get("If-None-Match") === etag) return new Response(null, { status: 304 });
    if (path.endsWith("rules")) {
      return json(
        200,
        { version: this.rulesVersion, tariff: {}, occupations: [], consents: [], nik: {} },
        { ETag: etag },
      );
    }
    const regions = {
      version: "2025",
      regencies: [["15.71", "Kota Jambi"]],
      districts: [["15.71.08", "Jelutung"]],
      villages: [
        ["15.71.08.1001", "Jelutung"],
        ["15.71.08.1002", "Handil Jaya"],
      ],
    };
    return json(200, regions, { ETag: etag });
  }

  /** Every op of every device, by device in order. */
  stored(): StoredOp[] {
    return [...this.devices.values()].flatMap((device) => [...device.ops.values()].sort((a, b) => a.seq - b.seq));
  }
}
