import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromB64u, hex, sha256, utf8 } from "./encoding";
import { activationMessage, proveActivation, pushMessage, signPush, verify } from "./keys";
import { joinLines } from "./push";
import { makeBranch } from "./testing/branch";
import { makeVectors, photo, sealIkm, type Vectors } from "./testing/vectors";

const FILE = new URL("../../../../docs/device-protocol-vectors.json", import.meta.url);
if (process.env.PERISAI_WRITE_VECTORS === "1") writeFileSync(FILE, `${JSON.stringify(await makeVectors(), null, 2)}\n`);

const vectors = JSON.parse(readFileSync(FILE, "utf8")) as Vectors;
const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;
const publicKey = await crypto.subtle.importKey("spki", fromB64u(vectors.key.public_key), ECDSA, true, ["verify"]);

const holds = ({ message, signature }: { message: string; signature: string }): Promise<boolean> =>
  verify(publicKey, message, fromB64u(signature));

/** The same without signatures and sealed bytes, which differ from run to run. */
function unsigned(value: unknown): unknown {
  const differs = new Set(["signature", "sealed"]);
  return JSON.parse(JSON.stringify(value, (name, item: unknown) => (differs.has(name) ? "*" : item)));
}

describe("the published vectors", () => {
  test("are what this app makes", async () => {
    expect(unsigned(vectors)).toEqual(unsigned(await makeVectors()));
  });

  test("hold: activation, push, request, a photo alone and parts of an attachment", async () => {
    const { activation, push, request, attachment, sealed_photo } = vectors;
    for (const one of [activation, push, request, sealed_photo, ...attachment.parts])
      expect(await holds(one)).toBe(true);
    expect(await holds({ ...push, message: pushMessage(vectors.device, "0".repeat(64)) })).toBe(false);
    expect(activation.message).toBe(activationMessage(activation.code, vectors.key.public_key));
  });

  test("chain: each op holds the hash of the bytes before it", async () => {
    const [first, second] = vectors.ops;
    expect(await sha256(utf8(first?.line ?? ""))).toBe(first?.sha256);
    expect((JSON.parse(second?.line ?? "{}") as { prev: string }).prev).toBe(first?.sha256);
    expect(vectors.push.message.endsWith(second?.sha256 ?? "-")).toBe(true);
  });

  test("attachment: the parts are the photo", async () => {
    const { attachment } = vectors;
    expect(await sha256(photo())).toBe(attachment.sha256);
    for (const part of attachment.parts) {
      expect(await sha256(photo().slice(part.upload_offset, part.upload_offset + part.size))).toBe(part.body_sha256);
    }
  });

  test("container: the branch opens each op, and the signature is the push's", async () => {
    const { container, ops, push } = vectors;
    expect(hex(await sealIkm())).toBe(container.ikm);
    const branch = await makeBranch("1", await sealIkm());
    expect(branch.key.publicKey).toBe(container.public_key);
    for (const [place, one] of container.ops.entries()) {
      const line = await branch.unseal(fromB64u(one.sealed), container.aad);
      expect(new TextDecoder().decode(line)).toBe(ops[place]?.line);
    }
    expect(await holds({ message: push.message, signature: container.signature })).toBe(true);
  });

  test("push body: the lines as they are, each with its line feed", async () => {
    const run = vectors.ops.map(({ line }) => ({ line: utf8(line) })) as unknown as Parameters<typeof joinLines>[0];
    expect(await sha256(joinLines(run))).toBe(vectors.push.body_sha256);
  });

  test("a key made here signs in the same form", async () => {
    const pair = await crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]);
    const push = await signPush(pair.privateKey, "d", "h");
    expect(fromB64u(push)).toHaveLength(64);
    expect(await verify(pair.publicKey, pushMessage("d", "h"), fromB64u(push))).toBe(true);
    const proof = await proveActivation({ privateKey: pair.privateKey, publicKey: "k" }, "C");
    expect(await verify(pair.publicKey, activationMessage("C", "k"), fromB64u(proof))).toBe(true);
  });
});
