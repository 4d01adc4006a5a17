/** Text as people type it, for searching: no accents, no case, no punctuation. */

export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

export function words(text: string): string[] {
  const line = plain(text);
  return line === "" ? [] : line.split(" ");
}

/** Whether every wanted word begins a word of `line` (which is plain, with a blank before each word). */
export function hasWords(line: string, wanted: readonly string[]): boolean {
  return wanted.every((word) => line.includes(` ${word}`));
}
