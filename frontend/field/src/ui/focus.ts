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

/** In a search box within a form: Enter searches (which has happened already) and must not send the form. */
export function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}
