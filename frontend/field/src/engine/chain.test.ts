import { describe, expect, test, vi } from "vitest";
import type { Storage } from "../storage/storage";
import { Chain, type OpContent, serialiseOp } from "./chain";
import { EngineError } from "./contract";
import { sha256, uuid7 } from "./encoding";
import { Locks } from "./locks";
import { openStorage } from "./testing/open-storage";

const DEVICE = "0199aaaa-0000-7000-8000-000000000001";
const NOTES = { agent: "a", madeAt: 1, enrol: null, cancel: null };

function content(body: object = { n: 1 }): OpContent {
  const at = { token: "T1.1.x", token_clock: 1, clock: 2, mono: 1 };
  return { id: uuid7(Date.now()), device: DEVICE, kind: "enrol", app: "1", rules: "r", at, place: null, body };
}

function open(name: string): Storage {
  return openStorage(`chain-${name}`);
}

describe("append", () => {
  test("gives sequence numbers and hashes that follow each other", async () => {
    const storage = open("order");
    const chain = new Chain(storage, new Locks(null));
    const ops = await Promise.all(Array.from({ length: 20 }, (_, n) => chain.append(content({ n }), NOTES, null)));
    expect(ops.map((op) => op.seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    for (const [place, op] of ops.entries()) {
      expect(op.prev).toBe(place === 0 ? "0".repeat(64) : ops[place - 1]?.hash);
      expect(await sha256(op.line ?? new Uint8Array(0))).toBe(op.hash);
    }
    expect(await storage.getHead(DEVICE)).toEqual({ device: DEVICE, seq: 20, hash: ops.at(-1)?.hash });
  });

  test("two writers that know nothing of each other leave one chain without gap or fork", async () => {
    const one = new Chain(open("two"), new Locks(null));
    const other = new Chain(open("two"), new Locks(null));
    await Promise.all(
      [one, other].flatMap((chain) => [1, 2, 3].map((n) => retried(() => chain.append(content({ n }), NOTES, null)))),
    );
    const ops = (await open("two").listPending()).sort((a, b) => a.seq - b.seq);
    expect(ops.map((op) => op.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [place, op] of ops.entries()) if (place > 0) expect(op.prev).toBe(ops[place - 1]?.hash);
  });

  test("a crash between hash and write leaves neither op nor moved head", async () => {
    const storage = open("crash");
    const chain = new Chain(storage, new Locks(null));
    await chain.append(content(), NOTES, null);
    vi.spyOn(storage, "appendOp").mockRejectedValueOnce(new EngineError("storage_full"));
    await expect(chain.append(content(), NOTES, null)).rejects.toThrow("storage_full");
    expect((await storage.getHead(DEVICE)).seq).toBe(1);
    expect((await chain.append(content(), NOTES, null)).seq).toBe(2);
  });

  test("the head does not move when the op cannot be written", async () => {
    const storage = open("twice");
    const chain = new Chain(storage, new Locks(null));
    const same = content();
    await chain.append(same, NOTES, null);
    await expect(chain.append(same, NOTES, null)).rejects.toMatchObject({ code: "storage_failed" });
    expect((await storage.getHead(DEVICE)).seq).toBe(1);
  });
});

describe("serialiseOp", () => {
  test("is one line, whatever was typed", () => {
    const line = serialiseOp(content({ address: "Jl. A\nRT 2\r\u2028\u0000x", half: "\ud800" }), { seq: 1, prev: "0" });
    expect(line.includes(10)).toBe(false);
    const { body } = JSON.parse(new TextDecoder().decode(line)) as { body: Record<string, string> };
    expect(body).toEqual({ address: "Jl. A\nRT 2\r\u2028x", half: "\ufffd" });
  });

  test("an op above 64 KiB is refused before it is in the chain", () => {
    expect(() => serialiseOp(content({ x: "y".repeat(70_000) }), { seq: 1, prev: "0" })).toThrow("op_too_large");
  });
});

async function retried<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (failure) {
      if (!(failure instanceof EngineError) || failure.code !== "chain_moved") throw failure;
    }
  }
}
