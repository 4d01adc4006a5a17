/** Forms with `data-ticks`: one box ticks or clears all, and the sum and the number of what is ticked stand where the form has a
 * place for them. Where the box `data-tick-unseen` is ticked, what the page does not show belongs to it: then all of it counts. */
const grouped = new Intl.NumberFormat("id-ID");

export function countTicks(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-ticks]")) {
    const boxes = [...form.querySelectorAll<HTMLInputElement>("input[data-amount]")];
    const whole = form.querySelector<HTMLInputElement>("[data-tick-all]");
    whole?.addEventListener("change", () => {
      for (const box of boxes) {
        box.checked = whole.checked;
      }
      tell(form, boxes, whole);
    });
    form.addEventListener("change", () => tell(form, boxes, whole));
    // A browser that comes back keeps what was ticked.
    addEventListener("pageshow", () => tell(form, boxes, whole));
  }
}

function tell(form: HTMLFormElement, boxes: HTMLInputElement[], whole: HTMLInputElement | null): void {
  const ticked = boxes.filter((box) => box.checked);
  const isAll = form.querySelector<HTMLInputElement>("[data-tick-unseen]")?.checked ?? false;
  const sum = isAll ? Number(form.dataset.sum) : ticked.reduce((total, box) => total + Number(box.dataset.amount), 0);
  const count = isAll ? Number(form.dataset.count) : ticked.length;
  write(form, "[data-ticked-sum]", `Rp${grouped.format(sum)}`);
  write(form, "[data-ticked-count]", grouped.format(count));
  if (whole) {
    whole.checked = ticked.length === boxes.length;
    whole.indeterminate = ticked.length > 0 && !whole.checked;
  }
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-needs-tick]")) {
    button.disabled = count === 0;
  }
}

function write(form: HTMLFormElement, place: string, text: string): void {
  const found = form.querySelector(place);
  if (found) {
    found.textContent = text;
  }
}
