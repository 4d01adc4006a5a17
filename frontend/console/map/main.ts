/** The map: what is pointed at or focused is told below it and marked in the table, and a row of the table marks its place. */
import "./map.css";

const readout = document.querySelector<HTMLElement>("[data-readout]");

function codeOf(target: EventTarget | null): string {
  const found =
    target instanceof Element ? target.closest<HTMLElement | SVGElement>("[data-code], [data-place]") : null;
  return found?.dataset.code ?? found?.dataset.place ?? "";
}

function mark(code: string): void {
  for (const marked of document.querySelectorAll(".map-page .is-marked")) {
    marked.classList.remove("is-marked");
  }
  if (!code) {
    return;
  }
  for (const one of document.querySelectorAll(
    `[data-code="${CSS.escape(code)}"], tr[data-place="${CSS.escape(code)}"]`,
  )) {
    one.classList.add("is-marked");
  }
  const title = document.querySelector(`[data-code="${CSS.escape(code)}"]`);
  if (readout && title) {
    readout.textContent = title.getAttribute("aria-label") ?? title.getAttribute("title");
  }
}

for (const kind of ["pointerover", "focusin"] as const) {
  document.querySelector(".map-page")?.addEventListener(kind, (event) => mark(codeOf(event.target)));
}

/** Where a tile lies among its neighbours; without this script tiles follow each other. */
const laid = document.querySelector<HTMLElement>(".map-laid");
laid?.style.setProperty("--columns", laid.dataset.columns ?? "1");
for (const tile of laid?.querySelectorAll<HTMLElement>("[data-x]") ?? []) {
  tile.style.setProperty("--x", tile.dataset.x ?? "auto");
  tile.style.setProperty("--y", tile.dataset.y ?? "auto");
}
laid?.classList.add("is-placed");
