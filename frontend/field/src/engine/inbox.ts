/**
 * Pictures shared in from another app (WhatsApp). The service worker takes them, whoever is at the phone and whether or
 * not it is unlocked; so they lie encrypted under a key of their own that cannot leave the browser, for a day at most.
 */

import type { PhoneStorage } from "../storage/phone";
import type { InboxRecord } from "../storage/phone-records";
import { EngineError, type LocalErrorCode, type SharedPicture } from "./contract";
import { utf8 } from "./encoding";
import { Cell } from "./observable";
import { isPicture } from "./picture";

/** The address that the manifest gives to other apps, and the name of the field there. */
export const SHARE_PATH = "/app/share";
export const SHARE_FIELD = "picture";
const SHOWN_AT = "/app/#/shared";
const KEPT_MS = 24 * 3_600_000;
const MOST_BYTES = 15_000_000;
/** More is not shared on purpose; the oldest go. */
const MOST_PICTURES = 10;
const AES = { name: "AES-GCM", length: 256 } as const;

export class Inbox {
  readonly list = new Cell<readonly SharedPicture[]>([]);

  constructor(
    private readonly storage: PhoneStorage,
    private readonly now: () => number,
  ) {}

  /** Reads what is there, and lets go of what has been there for a day. */
  async load(): Promise<void> {
    const kept: SharedPicture[] = [];
    for (const { id, size, receivedAt } of await this.storage.listInbox()) {
      // By distance: a clock that was set back must not keep a picture for a year.
      const isOld = Math.abs(this.now() - receivedAt) >= KEPT_MS;
      if (isOld || kept.length >= MOST_PICTURES) await this.storage.dropInbox(id);
      else kept.push({ id, size, receivedAt });
    }
    this.list.set(kept);
  }

  /** Rejects with `photo_too_large`, `photo_unreadable`, `storage_full` or `storage_failed`. */
  async keep(picture: Blob): Promise<void> {
    if (picture.size > MOST_BYTES) throw new EngineError("photo_too_large");
    if (!(await isPicture(picture))) throw new EngineError("photo_unreadable");
    const key = await this.makeKey();
    const id = crypto.randomUUID();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: AES.name, iv, additionalData: utf8(id) };
    const box = new Uint8Array(await crypto.subtle.encrypt(how, key, await picture.arrayBuffer()));
    const { size, type } = picture;
    await this.storage.putInbox({ id, size, type, receivedAt: this.now(), iv, box });
    await this.load();
  }

  /** Rejects with `photo_unreadable` where it is gone or its key is. */
  async open(id: string): Promise<Blob> {
    const record = await this.storage.findInbox(id);
    const key = await this.storage.find("inboxKey");
    if (record === null || key === null) throw new EngineError("photo_unreadable");
    return new Blob([await decrypt(record, key)], { type: record.type });
  }

  async drop(id: string): Promise<void> {
    await this.storage.dropInbox(id);
    await this.load();
  }

  /** Page and service worker may both be first: what is kept first is taken by both. */
  private async makeKey(): Promise<CryptoKey> {
    const kept = await this.storage.find("inboxKey");
    if (kept !== null) return kept;
    return await this.storage.putFirst("inboxKey", await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]));
  }
}

async function decrypt({ id, iv, box }: InboxRecord, key: CryptoKey): Promise<ArrayBuffer> {
  try {
    return await crypto.subtle.decrypt({ name: AES.name, iv, additionalData: utf8(id) }, key, box);
  } catch (failure) {
    throw new EngineError("photo_unreadable", null, failure);
  }
}

/**
 * What the service worker does with a share: keeps the pictures and says where to go. `problem` in that address is the
 * code of what went wrong with the first of those that could not be kept; the others are there.
 */
export async function takeShared(form: FormData, inbox: Inbox): Promise<string> {
  const pictures = form.getAll(SHARE_FIELD).filter((part): part is File => typeof part !== "string");
  let problem: string | null = pictures.length === 0 ? "photo_unreadable" : null;
  for (const picture of pictures.slice(0, MOST_PICTURES)) {
    try {
      await inbox.keep(picture);
    } catch (failure) {
      problem ??= failure instanceof EngineError ? failure.code : ("share_failed" satisfies LocalErrorCode);
    }
  }
  return problem === null ? SHOWN_AT : `${SHOWN_AT}?problem=${problem}`;
}
