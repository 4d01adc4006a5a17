import { afterEach, describe, expect, it } from "vitest";
import { PhoneStorage } from "../storage/phone";
import { EngineError } from "./contract";
import { Inbox, SHARE_FIELD, takeShared } from "./inbox";

const HOUR = 3_600_000;
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]);
const opened: PhoneStorage[] = [];
let serial = 0;

function makeInbox(now: () => number = () => 1_000 * HOUR): { inbox: Inbox; storage: PhoneStorage } {
  serial += 1;
  const storage = new PhoneStorage(`inbox-test-${serial}`);
  opened.push(storage);
  return { inbox: new Inbox(storage, now), storage };
}

function form(...files: (File | string)[]): FormData {
  const made = new FormData();
  for (const file of files) made.append(SHARE_FIELD, file);
  return made;
}

const jpeg = (name = "ktp.jpg"): File => new File([JPEG], name, { type: "image/jpeg" });

afterEach(() => {
  for (const storage of opened.splice(0)) storage.close();
});

describe("inbox", () => {
  it("keeps a shared picture unreadable, and gives it back", async () => {
    const { inbox, storage } = makeInbox();
    expect(await takeShared(form(jpeg()), inbox)).toBe("/app/#/shared");
    const [picture] = inbox.list.get();
    expect(picture).toMatchObject({ size: 8, receivedAt: 1_000 * HOUR });
    const [record] = await storage.listInbox();
    expect(record?.box.length).toBe(8 + 16);
    expect(String(record?.box)).not.toContain(String(JPEG));
    expect(JSON.stringify(record)).not.toContain("ktp");
    expect((await storage.find("inboxKey"))?.extractable).toBe(false);
    const blob = await inbox.open(picture?.id ?? "");
    expect(blob.type).toBe("image/jpeg");
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(JPEG);
  });

  it("takes what page and worker keep at once under one key", async () => {
    const { inbox, storage } = makeInbox();
    const worker = new Inbox(storage, () => 1_000 * HOUR);
    await Promise.all([inbox.keep(jpeg()), worker.keep(jpeg())]);
    await inbox.load();
    for (const { id } of inbox.list.get()) expect((await inbox.open(id)).size).toBe(8);
    expect(inbox.list.get()).toHaveLength(2);
  });

  it("refuses what is no picture and what is too large, and keeps the others", async () => {
    const { inbox } = makeInbox();
    const page = new File(["<html>"], "a.jpg", { type: "image/jpeg" });
    expect(await takeShared(form(page), inbox)).toBe("/app/#/shared?problem=photo_unreadable");
    expect(await takeShared(form("text"), inbox)).toBe("/app/#/shared?problem=photo_unreadable");
    const large = new File([JPEG, new Uint8Array(15_000_000)], "large.jpg", { type: "image/jpeg" });
    expect(await takeShared(form(large, jpeg()), inbox)).toBe("/app/#/shared?problem=photo_too_large");
    expect(inbox.list.get()).toHaveLength(1);
  });

  it("knows pictures by their first bytes", async () => {
    const { inbox } = makeInbox();
    const starts = ["\x89PNG\r\n\x1a\n", "GIF89a", "RIFF1234WEBPVP8 ", "\0\0\0 ftypheic", "\0\0\0 ftypavif"];
    for (const start of starts) await inbox.keep(new Blob([Uint8Array.from(start, (c) => c.charCodeAt(0))]));
    for (const start of ["%PDF-1.7", "", "RIFF1234WAVE", "\0\0\0 ftypisom"]) {
      await expect(inbox.keep(new Blob([start]))).rejects.toMatchObject({ code: "photo_unreadable" });
    }
  });

  it("lets go after a day, also where the clock was set back, and of the oldest of too many", async () => {
    let now = 1_000 * HOUR;
    const { inbox } = makeInbox(() => now);
    await inbox.keep(jpeg());
    now += 24 * HOUR;
    await inbox.load();
    expect(inbox.list.get()).toHaveLength(0);
    await inbox.keep(jpeg());
    now -= 365 * 24 * HOUR;
    await inbox.load();
    expect(inbox.list.get()).toHaveLength(0);
    for (let count = 0; count < 12; count += 1) {
      now += 1;
      await inbox.keep(jpeg());
    }
    expect(inbox.list.get()).toHaveLength(10);
    expect(inbox.list.get()[0]?.receivedAt).toBe(now);
  });

  it("drops one, and says so of one that is gone", async () => {
    const { inbox } = makeInbox();
    await inbox.keep(jpeg());
    const id = inbox.list.get()[0]?.id ?? "";
    await inbox.drop(id);
    expect(inbox.list.get()).toHaveLength(0);
    await expect(inbox.open(id)).rejects.toBeInstanceOf(EngineError);
  });
});
