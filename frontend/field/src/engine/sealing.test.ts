import { describe, expect, test } from "vitest";
import { b64u, fromB64u, utf8 } from "./encoding";
import { headAndOps, photoLine, sealedLength, signatureLine, writeContainer } from "./sealed";
import { readBranchKey, seal, trySeal } from "./sealing";
import { makeBranch } from "./testing/branch";

describe("seal", () => {
  test("what is sealed is opened by the branch's key and by nothing else", async () => {
    const { key, unseal } = await makeBranch();
    const sealed = await seal(key, "device-1", utf8("rahasia"));
    expect(new TextDecoder().decode(await unseal(sealed, "device-1"))).toBe("rahasia");
    await expect(unseal(sealed, "device-2")).rejects.toThrow();
    await expect((await makeBranch()).unseal(sealed, "device-1")).rejects.toThrow();
    expect(await seal(key, "device-1", utf8("rahasia"))).not.toEqual(sealed);
  });

  test("without a key, or with one that is none, nothing is sealed and nothing fails", async () => {
    expect(await trySeal(null, "d", utf8("x"))).toBeNull();
    const wrong = { id: "k", publicKey: b64u(new Uint8Array(65)) };
    expect(await trySeal(wrong, "d", utf8("x"))).toBeNull();
  });
});

test("readBranchKey takes a whole point with an id and nothing less", async () => {
  const { key } = await makeBranch();
  expect(readBranchKey({ id: key.id, public_key: key.publicKey, more: 1 })).toEqual(key);
  expect(readBranchKey(null)).toBeNull();
  expect(readBranchKey({ id: "", public_key: key.publicKey })).toBeNull();
  expect(readBranchKey({ id: "k", public_key: "AAAA" })).toBeNull();
  expect(readBranchKey({ id: "k", public_key: "*" })).toBeNull();
});

test("the container is one JSON a line: head, ops, photos, signature", () => {
  const op = { id: "op", seq: 3, hash: "ab", sealed: utf8("12345") };
  const photo = { sha256: "cd", type: "image/jpeg", size: 9, sealed: utf8("9") };
  const head = { device: "d", branch: 1501, key: "k", madeAt: 7.4 };
  const lines = (headAndOps(head, [op]) + photoLine(photo) + signatureLine("sig")).split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.map((one) => JSON.parse(one) as unknown)).toEqual([
    { v: 1, device: "d", branch: 1501, key: "k", made_at: 7 },
    { op: "op", seq: 3, hash: "ab", sealed: b64u(utf8("12345")) },
    { photo: "cd", type: "image/jpeg", size: 9, sealed: b64u(utf8("9")) },
    { signature: "sig" },
  ]);
  expect(new TextDecoder().decode(writeContainer(head, [op], "sig")).split("\n")).toEqual([
    lines[0],
    lines[1],
    lines[3],
    "",
  ]);
  expect(sealedLength(op)).toBe((lines[1]?.length ?? 0) + 1);
  expect(new TextDecoder().decode(fromB64u((JSON.parse(lines[1] ?? "") as { sealed: string }).sealed))).toBe("12345");
});
