/** Where the keyboard goes when what had it disappears. */

/** Gives the focus to a control once it is on the screen, unless somebody is typing in another one by then. */
export function focusLater(id: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const typing = document.activeElement?.matches("input, select, textarea") ?? false;
      if (!typing) document.getElementById(id)?.focus();
    }),
  );
}

const FRAMES_MOST = 60;

/** Gives the focus to a control of a screen that is being opened, once it is there and the screen has had its own first focus. */
export function focusOnArrival(id: string, frames = FRAMES_MOST): void {
  const control = document.getElementById(id);
  if (control === null) {
    if (frames > 0) requestAnimationFrame(() => focusOnArrival(id, frames - 1));
    return;
  }
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      control.scrollIntoView({ block: "center" });
      control.focus({ preventScroll: true });
    }),
  );
}

/** In a search box within a form: Enter searches (which has happened already) and must not send the form. */
export function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}

const TYPED = "input:not([type=checkbox]):not([type=file]), select, textarea";

/**
 * Enter goes to the next thing to fill in, as the key of the phone's keyboard says; after the last one it sends the form.
 * A group of options counts as one, at the option that is chosen.
 */
export function goOnWithEnter(event: KeyboardEvent): void {
  const at = event.target;
  if (event.key !== "Enter" || event.defaultPrevented || !(at instanceof HTMLElement) || !at.matches(TYPED)) return;
  const form = at.closest("form");
  if (!form) return;
  event.preventDefault();
  const stops = [...form.querySelectorAll<HTMLElement>(TYPED)].filter(
    (field) => field === at || (field.offsetParent !== null && isStop(field)),
  );
  const next = stops[stops.indexOf(at) + 1];
  if (next) next.focus();
  else form.querySelector<HTMLElement>("[type=submit]")?.click();
}

function isStop(field: HTMLElement): boolean {
  if (!(field instanceof HTMLInputElement) || field.type !== "radio") return true;
  const group = [...(field.form?.querySelectorAll<HTMLInputElement>(`input[name="${field.name}"]`) ?? [])];
  return field === (group.find((option) => option.checked) ?? group[0]);
}
