/**
 * A plain shield over everything while the app is not in front, so that the list of recent apps shows no data, as far as
 * the web allows. Done on the document at once, without drawing anew: the system takes its picture within a frame.
 */
export function hangCurtain(): void {
  const root = document.documentElement;
  const cover = (): void => {
    root.dataset.curtain = "on";
  };
  const uncover = (): void => {
    delete root.dataset.curtain;
  };
  // A frame later: by then the lock screen stands where it must.
  const uncoverSoon = (): void => {
    if (document.visibilityState === "visible") requestAnimationFrame(uncover);
  };
  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "hidden" ? cover() : uncoverSoon(),
  );
  addEventListener("blur", cover);
  addEventListener("pagehide", cover);
  addEventListener("focus", uncoverSoon);
  addEventListener("pageshow", uncoverSoon);
  // In front without the focus, as on half a screen.
  addEventListener("pointerdown", uncover, { capture: true });
  addEventListener("keydown", uncover, { capture: true });
}
