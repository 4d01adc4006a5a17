/** Figures that were typed and are not saved, kept in the tab for when its page was left: they are nobody else's, and end with it. */

export interface Kept {
  /** Of the version when the page was filled in, so that the server can tell what others changed since. */
  readonly revision: string;
  readonly cells: Readonly<Record<string, string>>;
}

type Place = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function keep(storage: Place, place: string, kept: Kept): void {
  try {
    if (Object.keys(kept.cells).length === 0) storage.removeItem(place);
    else storage.setItem(place, JSON.stringify(kept));
  } catch {
    // A full or forbidden storage keeps nothing; the page still warns before it is left.
  }
}

export function whatIsKept(storage: Place, place: string): Kept | null {
  try {
    const found: unknown = JSON.parse(storage.getItem(place) ?? "null");
    return isKept(found) ? found : null;
  } catch {
    return null;
  }
}

/** What of it is still to be saved: figures that the page can take and does not have. `saved` tells what a box has; undefined: no box. */
export function restore(
  kept: Kept,
  saved: (name: string) => string | undefined,
  plain: (text: string) => string,
): Record<string, string> {
  const open = Object.entries(kept.cells).filter(([name, text]) => {
    const has = saved(name);
    return has !== undefined && has !== plain(text);
  });
  return Object.fromEntries(open);
}

function isKept(found: unknown): found is Kept {
  if (typeof found !== "object" || found === null || !("revision" in found) || !("cells" in found)) return false;
  const { revision, cells } = found;
  if (typeof revision !== "string" || typeof cells !== "object" || cells === null) return false;
  return Object.values(cells).every((text) => typeof text === "string");
}
