/** Pictures of ID cards: made small on the phone, stripped of their metadata, kept until the server has them whole. */
import type { AttachmentRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { Changes } from "./changes";
import { EngineError, type PhotoRef } from "./contract";
import { type Bytes, sha256 } from "./encoding";
import type { Members } from "./members";
import { sealPhotoSoon } from "./sealing";
import type { Surroundings } from "./surroundings";

const MAX_SIDE = 1600;
const GOAL_BYTES = 150 * 1024;
const MAX_BYTES = 2 * 1024 * 1024;
/** Tried in this order until the picture is small enough: share of the longest side, JPEG quality. */
const STEPS: readonly (readonly [number, number])[] = [
  [1, 0.8],
  [1, 0.65],
  [1, 0.5],
  [0.8, 0.55],
  [0.65, 0.5],
  [0.5, 0.5],
];

export type Compress = (picture: Blob) => Promise<Bytes>;

async function decode(picture: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(picture, { imageOrientation: "from-image" });
  } catch (failure) {
    throw new EngineError("photo_unreadable", null, failure);
  }
}

function draw(image: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new EngineError("photo_unreadable");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new EngineError("photo_unreadable")) : resolve(blob)),
      "image/jpeg",
      quality,
    );
  });
}

/** Small enough to stand inside an op, by the same rules. */
const PAPER_STEPS: typeof STEPS = [
  [0.8, 0.6],
  [0.8, 0.45],
  [0.65, 0.4],
  [0.5, 0.45],
  [0.4, 0.4],
];

/** JPEG of at most 1,600 px, about 150 kB. Drawn anew from its pixels, so no EXIF (place, device) is left. */
export const compressInBrowser = (picture: Blob): Promise<Bytes> => compress(picture, STEPS, GOAL_BYTES, MAX_BYTES);

/** JPEG of at most `most` bytes. */
export const compressPaper = (picture: Blob, most: number): Promise<Bytes> =>
  compress(picture, PAPER_STEPS, most, most);

async function compress(picture: Blob, steps: typeof STEPS, goal: number, most: number): Promise<Bytes> {
  const image = await decode(picture);
  try {
    let best: Blob | null = null;
    for (const [share, quality] of steps) {
      best = await encode(draw(image, MAX_SIDE * share), quality);
      if (best.size <= goal) break;
    }
    if (best === null || best.size > most) throw new EngineError("photo_too_large");
    return new Uint8Array(await best.arrayBuffer());
  } finally {
    image.close();
  }
}

export class Photos {
  constructor(
    private readonly storage: Storage,
    private readonly members: Pick<Members, "find">,
    private readonly changes: Changes,
    private readonly around: Surroundings,
    private readonly compress: Compress = compressInBrowser,
  ) {}

  /** With a full phone it rejects with `storage_full`, and draft and former picture stay as they are. */
  async attach(draftId: string, picture: Blob): Promise<PhotoRef> {
    const record = await this.make(picture, draftId, null);
    if (!(await this.storage.attachPhoto(record, draftId))) throw new EngineError("draft_missing");
    this.changes.tell("drafts");
    return { sha256: record.sha256, size: record.size, type: record.type };
  }

  /** For an enrolment that was entered without a picture; it goes up under the enrolment's own id. */
  async attachLater(key: string, picture: Blob): Promise<void> {
    const member = await this.members.find(key);
    const op = member?.op ?? null;
    if (member === null || op === null) throw new EngineError("draft_missing");
    const record = await this.make(picture, null, op);
    // The agent's last choice counts: one that still waits here for the same enrolment goes.
    const waiting = await this.storage.listWaitingAttachments();
    await this.storage.putAttachment(record);
    for (const one of waiting)
      if (one.op === op && one.sha256 !== record.sha256) await this.storage.dropAttachment(one.sha256);
    await sealPhotoSoon(this.storage, this.around.room, record.sha256);
    this.changes.tell("outbox", "members");
  }

  private async make(picture: Blob, draft: string | null, op: string | null): Promise<AttachmentRecord> {
    const bytes = await this.compress(picture);
    return {
      sha256: await sha256(bytes),
      bytes,
      size: bytes.length,
      type: "image/jpeg",
      draft,
      op,
      offset: 0,
      keptAt: this.around.now(),
      mismatches: 0,
    };
  }

  async detach(draftId: string): Promise<void> {
    await this.storage.detachPhoto(draftId, this.around.now());
    this.changes.tell("drafts");
  }

  async find(address: string): Promise<Blob | null> {
    const record = await this.storage.findAttachment(address);
    return record === null ? null : new Blob([record.bytes], { type: record.type });
  }
}
