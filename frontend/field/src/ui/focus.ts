/** Where the keyboard goes when what had it disappears. */

/** Gives the focus to a control once it is on the screen. */
export function focusLater(id: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()));
}

/** In a search box within a form: Enter searches (which has happened already) and must not send the form. */
export function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}
