/** A photograph made ready for the reader: upright, and no larger than it helps. */
import { EngineError } from "../engine/contract";

/** Longest side in pixels. More only takes longer: the print of a card that fills the picture is 22 pixels high then. */
const LONGEST = 1280;

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Raises `photo_unreadable`. */
export async function pixelsOf(picture: Blob): Promise<Pixels> {
  const image = await createImageBitmap(picture, { imageOrientation: "from-image" }).catch((failure: unknown) => {
    throw new EngineError("photo_unreadable", null, failure);
  });
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new EngineError("photo_unreadable");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
  // Gives the memory back at once: phones keep a canvas's store until they must not.
  canvas.width = 0;
  return { width, height, rgba: data as Uint8ClampedArray<ArrayBuffer> };
}
