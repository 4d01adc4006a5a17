/** Short notes at the edge of the page. One that reports an error stays until it is closed by the next page. */
const SHOWN_MS = 6000;

export function toast(text: string, kind: "done" | "error" = "done"): void {
  const note = document.createElement("div");
  note.className = `toast-note ${kind}`;
  note.textContent = text;
  document.querySelector("#toasts")?.append(note);
  age(note);
}

function age(note: Element): void {
  if (!note.classList.contains("error")) {
    setTimeout(() => note.remove(), SHOWN_MS);
  }
}

export function ageToasts(): void {
  document.querySelectorAll("#toasts [data-toast]").forEach(age);
  document.addEventListener("click", async (event) => {
    const source = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (source?.dataset.copy) {
      await navigator.clipboard.writeText(source.dataset.copy);
      toast(document.body.dataset.copied ?? "");
    }
  });
}
