/** Whether a file is a picture, by its first bytes: what an app says of its file is not to be relied on. */

/** Bytes at a place; those of JPEG, PNG, GIF, BMP, WebP (after RIFF and a length), HEIF and AVIF (a brand after `ftyp`). */
const MARKS: readonly (readonly [place: number, marks: readonly string[]])[] = [
  [0, ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF87a", "GIF89a", "BM"]],
  [8, ["WEBP", "heic", "heix", "hevc", "mif1", "msf1", "avif", "avis"]],
];
const LONGEST = 16;

export async function isPicture(file: Blob): Promise<boolean> {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, LONGEST).arrayBuffer()));
  return MARKS.some(([place, marks]) => marks.some((mark) => start.startsWith(mark, place)));
}
