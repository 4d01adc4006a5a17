/** Coming back to a screen leads to where it was left: the place is kept with the entry of the browser's history. */
export function keepPlace(): void {
  history.scrollRestoration = "manual";
  addEventListener("pagehide", () => {
    history.replaceState({ ...history.state, live: scrollY }, "");
  });
}

/** After the first drawing, for before it there was nothing to scroll. */
export function returnToPlace(): void {
  const top = (history.state as { live?: number } | null)?.live;
  if (typeof top === "number" && location.hash === "") {
    scrollTo({ top, behavior: "instant" });
  }
}
