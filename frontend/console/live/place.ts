/** Coming back to a screen leads to where it was left: the place is kept with the entry of the browser's history. */
const LEAVING_MS = 10_000;

export function keepPlace(): void {
  let leavingAt = 0;
  const keep = (): void => history.replaceState({ ...history.state, live: scrollY }, "");
  history.scrollRestoration = "manual";
  // While the next page is fetched, the stream ends and a notice may push everything down: the place is that of the beginning.
  addEventListener("beforeunload", () => {
    leavingAt = Date.now();
    keep();
  });
  addEventListener("pagehide", () => {
    if (Date.now() - leavingAt > LEAVING_MS) {
      keep();
    }
  });
}

/** After the first drawing, for before it there was nothing to scroll. */
export function returnToPlace(): void {
  const top = (history.state as { live?: number } | null)?.live;
  if (typeof top === "number" && location.hash === "") {
    scrollTo({ top, behavior: "instant" });
  }
}
