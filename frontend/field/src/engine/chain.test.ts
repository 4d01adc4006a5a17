import { describe, expect, test, vi } from "vitest";
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { Chain, type Draught, type OpContent, serialiseOp } from "./chain";
import { EngineError } from "./contract";
import { sha256, uuid7 } from "./encoding";
import { Leases, readLeases } from "./leases";
import { Locks } from "./locks";
import { sealPending } from "./seal-pending";
import { makeBranch } from "./testing/branch";
import { openStorage } from "./testing/open-storage";

const DEVICE = "0199aaaa-0000-7000-8000-000000000001";
const NOTES = { agent: "a", madeAt: 1, enrol: null, cancel: null };

function draught(what: OpContent, code: string | null = null): () => Promise<Draught> {
  return () => Promise.resolve({ content: what, notes: NOTES, code });
}

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
    const ops = await Promise.all(Array.from({ length: 20 }, (_, n) => chain.append(draught(content({ n })), null)));
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
      [one, other].flatMap((chain) => [1, 2, 3].map((n) => retried(() => chain.append(draught(content({ n })), null)))),
    );
    const ops = (await open("two").listPending()).sort((a, b) => a.seq - b.seq);
    expect(ops.map((op) => op.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [place, op] of ops.entries()) if (place > 0) expect(op.prev).toBe(ops[place - 1]?.hash);
  });

  test("a crash between hash and write leaves neither op nor moved head", async () => {
    const storage = open("crash");
    const chain = new Chain(storage, new Locks(null));
    await chain.append(draught(content()), null);
    vi.spyOn(storage, "appendOp").mockRejectedValueOnce(new EngineError("storage_full"));
    await expect(chain.append(draught(content()), null)).rejects.toThrow("storage_full");
    expect((await storage.getHead(DEVICE)).seq).toBe(1);
    expect((await chain.append(draught(content()), null)).seq).toBe(2);
  });

  test("the head does not move when the op cannot be written", async () => {
    const storage = open("twice");
    const chain = new Chain(storage, new Locks(null));
    const same = content();
    await chain.append(draught(same), null);
    await expect(chain.append(draught(same), null)).rejects.toMatchObject({ code: "storage_failed" });
    expect((await storage.getHead(DEVICE)).seq).toBe(1);
  });
});

describe("sealed copies", () => {
  test("each op is sealed to the branch as it is made, in bytes that are not its own", async () => {
    const storage = open("sealed");
    const { key, unseal } = await makeBranch();
    await storage.put("branchKey", key);
    const op = await new Chain(storage, new Locks(null)).append(draught(content()), null);
    expect(op.sealedKey).toBe(key.id);
    expect(await unseal(op.sealed, DEVICE)).toEqual(op.line);
    expect((await storage.locked.listPending())[0]).toMatchObject({ sealed: op.sealed, sealedKey: key.id });
  });

  test("without a key it is kept without, and sealed when one is known; anew when the branch takes another", async () => {
    const storage = open("later");
    const op = await new Chain(storage, new Locks(null)).append(draught(content()), null);
    expect(op).toMatchObject({ sealed: null, sealedKey: null });
    expect(await sealPending(storage)).toBe(0);
    for (const id of ["k1", "k2"]) {
      const { key, unseal } = await makeBranch(id);
      await storage.put("branchKey", key);
      expect(await sealPending(storage)).toBe(1);
      const [kept] = await storage.locked.listPending();
      expect(kept?.sealedKey).toBe(id);
      expect(await unseal(kept?.sealed ?? null, DEVICE)).toEqual(op.line);
      expect(await sealPending(storage)).toBe(0);
    }
  });
});

describe("leased codes", () => {
  const lease = (code: string) => ({ code, until: 100 });

  test("leave with the op that names them, and with nothing else", async () => {
    const storage = open("lease");
    await storage.changeLeases(() => [lease("1"), lease("2")]);
    const chain = new Chain(storage, new Locks(null));
    await chain.append(draught(content(), "1"), null);
    expect(await storage.listLeases()).toEqual([lease("2")]);
    vi.spyOn(storage, "getHead").mockResolvedValueOnce({ device: DEVICE, seq: 0, hash: "0".repeat(64) });
    await chain.append(draught(content(), "2"), null);
    expect(await storage.listLeases()).toEqual([]);
  });

  test("two tabs never give the same one: who was slower asks for another", async () => {
    const storages = [open("race"), open("race")];
    await storages[0]?.changeLeases(() => ["1", "2", "3", "4"].map(lease));
    const given: (string | null)[] = [];
    const complete = async (storage: Storage): Promise<void> => {
      const leases = new Leases(storage, () => 1);
      let code: string | null = null;
      await new Chain(storage, new Locks(null)).append(async () => {
        code = await leases.findNext();
        return { content: content(), notes: NOTES, code };
      }, null);
      given.push(code);
    };
    await Promise.all(
      storages.flatMap((storage) => [retried(() => complete(storage)), retried(() => complete(storage))]),
    );
    expect(given.sort()).toEqual(["1", "2", "3", "4"]);
  });

  test("expired ones are not given; a new list leaves out what was used here", async () => {
    const storage = open("renew");
    const clock = { now: 50 };
    const leases = new Leases(storage, () => clock.now);
    await leases.replace([lease("1"), lease("2")], "a");
    expect(leases.left.get()).toBe(2);
    const enrol = { paymentCode: "1" } as OpRecord["enrol"];
    const make = async (): Promise<Draught> => ({
      content: content(),
      notes: { ...NOTES, enrol },
      code: await leases.findNext(),
    });
    await new Chain(storage, new Locks(null)).append(make, null);
    await leases.replace([lease("1"), lease("2"), lease("3")], "a");
    expect(await leases.findNext()).toBe("2");
    expect(leases.left.get()).toBe(2);
    clock.now = 101;
    expect(await leases.findNext()).toBeNull();
    await leases.load();
    expect(leases.left.get()).toBe(0);
  });

  test("what the server leases is read as it is written", () => {
    expect(readLeases({ codes: ["150100000017"], until: "1970-01-01T00:00:01Z" })).toEqual([
      { code: "150100000017", until: 1_000 },
    ]);
    expect(readLeases({ codes: [], until: "1970-01-01T00:00:01Z" })).toEqual([]);
    expect(readLeases(null)).toBeNull();
    expect(readLeases({ codes: ["1"], until: "soon" })).toBeNull();
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
