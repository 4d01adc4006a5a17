/** Moments to wait for, of the page and of its line: of use to engine and screens alike. */

const FIRST_MS = 3_000;
const LAST_MS = 5 * 60_000;

/** Resolves when the page has loaded and has nothing to do, or two seconds after it has loaded. */
export async function firstPaintDone(): Promise<void> {
  if (document.readyState !== "complete")
    await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  await new Promise<void>((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 2_000 });
    else setTimeout(resolve, 500);
  });
}

/**
 * Resolves when something that failed `failures` times in a row for want of a line may be tried again: when the browser says
 * that there is a line, or after a while, for a line may come back without its knowing. The while doubles up to `lastMs`.
 */
export async function lineMayBeBack(failures: number, lastMs = LAST_MS): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(waiting);
      removeEventListener("online", done);
      resolve();
    };
    const waiting = setTimeout(done, Math.min(lastMs, FIRST_MS * 2 ** Math.max(0, failures - 1)));
    addEventListener("online", done);
  });
}
