/**
 * Keyboard of every page: `/` search, `j` `k` rows, Enter opens, `?` help, `g` then a letter goes.
 * A row is `[data-row]` with its address in `data-href` (or a link inside). A control with `data-key="a"` is pressed by that key.
 */
const PLACES: Record<string, string> = {
  h: "/console/",
  l: "/console/live/",
  r: "/console/members/reviews/",
  m: "/console/members/",
  a: "/console/agents/",
};
let going = 0;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
}

function addressOf(row: HTMLElement): string | undefined {
  return row.dataset.href ?? row.querySelector<HTMLAnchorElement>("a[href]")?.href;
}

function moveRow(step: number): void {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function openRow(): boolean {
  const active = document.activeElement;
  const address = active instanceof HTMLElement && active.matches("[data-row]") ? addressOf(active) : undefined;
  if (address) {
    location.assign(address);
  }
  return address !== undefined;
}

function showHelp(): void {
  document.querySelector<HTMLDialogElement>("#keys")?.showModal();
}

function press(key: string): boolean {
  const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
  control?.focus();
  control?.click();
  return control !== null;
}

function act(key: string): boolean {
  if (going > Date.now() && PLACES[key]) {
    location.assign(PLACES[key]);
    return true;
  }
  switch (key) {
    case "/": {
      const search = document.querySelector<HTMLInputElement>("[data-search]");
      search?.focus();
      search?.select();
      return search !== null;
    }
    case "j":
      moveRow(1);
      return true;
    case "k":
      moveRow(-1);
      return true;
    case "Enter":
      return openRow();
    case "?":
      showHelp();
      return true;
    case "g":
      going = Date.now() + 1500;
      return true;
    default:
      return press(key);
  }
}

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    if (plain && !isTyping(event.target) && !document.querySelector("dialog[open]") && act(event.key)) {
      event.preventDefault();
    }
  });
  document.querySelector("[data-keys]")?.addEventListener("click", showHelp);
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("[data-row]");
    const address = row && !target.closest("a, button, input, label, summary") ? addressOf(row) : undefined;
    if (address && !getSelection()?.toString()) {
      location.assign(address);
    }
  });
}
