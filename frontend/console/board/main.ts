/**
 * The board of candidates: a card is dragged to another stage with mouse, pen or finger (on a phone by its grip, and dropped on
 * the bar below). Lawful stages light up; every drop is judged by the server, and what it says against it stands above the board.
 * Without this script, and for the keyboard, a card opens its page, where the same moves are buttons.
 */
import { toast } from "../shell/toasts";

const FAR_ENOUGH = 6;

interface Words {
  id: string;
  en: string;
}
interface Problem {
  text: Words;
  action: Words;
}
interface Drag {
  card: HTMLElement;
  from: string;
  pointer: number;
  x: number;
  y: number;
  ghost: HTMLElement | null;
  over: HTMLElement | null;
}

const place = document.querySelector<HTMLElement>("#board-place");
let drag: Drag | null = null;

const find = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);
const zones = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-stage]")];
const allowed = (card: HTMLElement): string[] => (card.dataset.to ?? "").split(" ").filter(Boolean);
const said = (words: Words): string => (document.documentElement.lang.startsWith("en") ? words.en : words.id);

function grab(event: PointerEvent): void {
  const target = event.target as HTMLElement;
  const card = target.closest<HTMLElement>("[data-card]");
  const isHeld = event.pointerType === "mouse" || target.closest(".board-grip") !== null;
  if (!card || !isHeld || event.button !== 0 || drag) {
    return;
  }
  const from = card.closest<HTMLElement>("[data-stage]")?.dataset.stage ?? "";
  drag = { card, from, pointer: event.pointerId, x: event.clientX, y: event.clientY, ghost: null, over: null };
}

function begin(now: Drag): HTMLElement {
  const ghost = now.card.cloneNode(true) as HTMLElement;
  ghost.className = "board-ghost";
  ghost.style.inlineSize = `${now.card.offsetWidth}px`;
  document.body.append(ghost);
  document.body.classList.add("dragging");
  now.card.classList.add("lifted");
  find("[data-dock]")?.removeAttribute("hidden");
  for (const zone of zones()) {
    zone.classList.toggle("lawful", allowed(now.card).includes(zone.dataset.stage ?? ""));
  }
  return ghost;
}

/** Beside a mouse; above a finger, which would hide what it points at. */
function left(event: PointerEvent, ghost: HTMLElement): number {
  return event.pointerType === "mouse" ? event.clientX + 8 : Math.max(0, event.clientX - ghost.offsetWidth);
}

function above(event: PointerEvent, ghost: HTMLElement): number {
  return event.pointerType === "mouse" ? event.clientY + 8 : event.clientY - ghost.offsetHeight - 24;
}

function carry(event: PointerEvent): void {
  if (!drag || event.pointerId !== drag.pointer) {
    return;
  }
  const isFar = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR_ENOUGH;
  if (!drag.ghost && !isFar) {
    return;
  }
  drag.ghost ??= begin(drag);
  drag.ghost.style.transform = `translate(${left(event, drag.ghost)}px, ${above(event, drag.ghost)}px)`;
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-stage]") ?? null;
  if (under !== drag.over) {
    drag.over?.classList.remove("over");
    under?.classList.add("over");
    drag.over = under;
  }
}

/** Puts everything back as it was; answers with what was carried where. */
function letGo(): Drag | null {
  const ended = drag;
  drag = null;
  ended?.ghost?.remove();
  ended?.card.classList.remove("lifted");
  document.body.classList.remove("dragging");
  find("[data-dock]")?.setAttribute("hidden", "");
  for (const zone of zones()) {
    zone.classList.remove("lawful", "over");
  }
  return ended?.ghost ? ended : null;
}

function drop(event: PointerEvent): void {
  if (!drag || event.pointerId !== drag.pointer) {
    return;
  }
  const ended = letGo();
  if (!ended) {
    return;
  }
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true), 50);
  const to = ended.over?.dataset.stage;
  if (!to || to === ended.from) {
    return;
  }
  if (to === "refused" && allowed(ended.card).includes(to)) {
    askWhy(ended.card, ended.from);
  } else {
    void move(ended.card, ended.from, to);
  }
}

/** The click that follows a drop would open the card's link. */
function stop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function askWhy(card: HTMLElement, from: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("#board-why");
  const form = dialog?.querySelector("form");
  if (!dialog || !form) {
    return;
  }
  form.reset();
  const name = dialog.querySelector("[data-who]");
  if (name) {
    name.textContent = card.dataset.name ?? "";
  }
  form.onsubmit = (event) => {
    const given = new FormData(form);
    event.preventDefault();
    dialog.close();
    void move(card, from, "refused", { reason: String(given.get("reason")), note: String(given.get("note")) });
  };
  dialog.showModal();
}

async function move(card: HTMLElement, from: string, to: string, more: Record<string, string> = {}): Promise<void> {
  const token = document.querySelector<HTMLInputElement>("#board-why [name=csrfmiddlewaretoken]")?.value ?? "";
  card.classList.add("sending");
  tell(null);
  try {
    const answer = await fetch(card.dataset.decide ?? "", {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams({ to, expected: from, ...more }),
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.ok) {
      toast(((await answer.json()) as { said: string }).said);
    } else {
      tell((await answer.json()) as Problem);
    }
    await renew();
  } catch {
    toast(document.body.dataset.failed ?? "", "error");
  }
  card.classList.remove("sending");
}

function tell(problem: Problem | null): void {
  const box = find("#board-said");
  if (!box) {
    return;
  }
  box.hidden = problem === null;
  const [text, action] = [box.querySelector("b"), box.querySelector("span")];
  if (problem && text && action) {
    text.textContent = said(problem.text);
    action.textContent = said(problem.action);
    box.scrollIntoView({ block: "nearest" });
  }
}

/** The board as it is now, for somebody else may have moved a card as well. */
async function renew(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#board-place");
  if (place && fresh) {
    place.replaceChildren(...fresh.childNodes);
  }
}

async function showMore(event: Event): Promise<void> {
  const link = (event.target as Element).closest<HTMLAnchorElement>("[data-part]");
  if (!link?.dataset.part) {
    return;
  }
  event.preventDefault();
  try {
    const answer = await fetch(link.dataset.part, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const cards = [...part.querySelectorAll("li")];
    link.closest("li")?.replaceWith(...cards);
    cards[0]?.querySelector("a")?.focus();
  } catch {
    location.href = link.href;
  }
}

if (place?.dataset.mayMove) {
  document.addEventListener("pointerdown", grab);
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", letGo);
  document.addEventListener("dragstart", (event) => {
    if ((event.target as Element).closest("[data-card]")) {
      event.preventDefault();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag) {
      letGo();
    }
  });
  document.querySelector("#board-why [data-close]")?.addEventListener("click", () => {
    document.querySelector<HTMLDialogElement>("#board-why")?.close();
  });
  find("#board-hint")?.removeAttribute("hidden");
}
place?.addEventListener("click", (event) => void showMore(event));
