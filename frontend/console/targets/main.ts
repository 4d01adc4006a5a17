/** The grid of a plan: keys, running sums against what was given, undo before saving, and only what changed is sent. */
import "./targets.css";
import { add, block, History, read, type Step, show } from "./grid";
import { type Kept, keep, restore, whatIsKept } from "./kept";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-grid]")) work(form);

function work(form: HTMLFormElement): void {
  const language = document.documentElement.lang;
  const history = new History();
  const boxes = [...form.querySelectorAll<HTMLInputElement>("input.cell")];
  const typed = new Map(boxes.map((box) => [box.name, box.value]));
  const undo = form.querySelector<HTMLButtonElement>("[data-undo]");
  const revision = form.querySelector<HTMLInputElement>('input[name="revision"]');
  const shownRevision = revision?.value ?? "";
  const place = placeOf(form);
  let isSending = false;
  let beyond = 0;

  function rows(): HTMLTableRowElement[] {
    return [...form.querySelectorAll<HTMLTableRowElement>("tbody tr, tr[data-whole]")];
  }

  function texts(row: HTMLTableRowElement): string[] {
    return [...row.cells].slice(1, 13).map((cell) => {
      const box = cell.querySelector<HTMLInputElement>("input.cell");
      return box ? box.value : (cell.querySelector<HTMLElement>("[data-fixed]")?.dataset.fixed ?? "");
    });
  }

  function refresh(): void {
    const sums = Array.from({ length: 12 }, (_, at) => rest(at + 1));
    let whole: string[] | null = null;
    for (const row of rows()) {
      const line = texts(row);
      const sum = row.querySelector("[data-row-sum]");
      if (sum) sum.textContent = show(add(line), language);
      if ("whole" in row.dataset) whole = line;
      else for (const [at, text] of line.entries()) sums[at] = (sums[at] ?? 0) + (read(text) ?? 0);
    }
    const given =
      whole ?? texts12((at) => form.querySelector<HTMLElement>(`[data-given="${at}"]`)?.dataset.value ?? "");
    for (const [at, sum] of sums.entries()) tell(String(at + 1), sum, given[at] ?? "");
    tell("all", add(sums.map(String)), given.some((text) => text !== "") ? String(add(given)) : "");
    mark();
  }

  /** What rows have that stand on another page. */
  function rest(at: number): number {
    return Number(form.querySelector<HTMLElement>(`[data-sum="${at}"]`)?.dataset.rest ?? 0);
  }

  function tell(at: string, sum: number, given: string): void {
    const shown = form.querySelector(`[data-sum="${at}"]`);
    if (shown) shown.textContent = show(sum, language);
    const off = form.querySelector(`[data-off="${at}"]`);
    if (!off) return;
    const difference = given === "" ? 0 : sum - (read(given) ?? 0);
    off.textContent = given === "" ? "–" : (difference > 0 ? "+" : "") + show(difference, language);
    off.classList.toggle("off", difference !== 0);
  }

  function mark(): void {
    let changed = 0;
    for (const box of boxes) {
      const isChanged = (box.dataset.saved ?? "") !== plain(box.value);
      box.classList.toggle("changed", isChanged);
      box.setAttribute("aria-invalid", String(read(box.value) === null));
      changed += Number(isChanged);
    }
    const count = form.querySelector<HTMLElement>("[data-count]");
    const parts = changed > 0 ? [`${changed} ${form.dataset.unsaved ?? ""}`] : [];
    if (beyond > 0) parts.push(`${beyond} ${form.dataset.beyond ?? ""}`);
    if (count) count.textContent = parts.join(" · ");
    if (undo) undo.disabled = history.isEmpty;
    keep(sessionStorage, place, { revision: revision?.value ?? "", cells: unsaved() });
  }

  function unsaved(): Record<string, string> {
    const changed = boxes.filter((box) => (box.dataset.saved ?? "") !== plain(box.value));
    return Object.fromEntries(changed.map((box) => [box.name, box.value]));
  }

  /** Puts back what was typed before the page was left without saving: a session that ended, a tab that was loaded anew. */
  function bringBack(kept: Kept): void {
    const found = restore(kept, (name) => boxes.find((box) => box.name === name)?.dataset.saved, plain);
    const steps = Object.entries(found).flatMap(([name, text]) => {
      const box = boxes.find((one) => one.name === name);
      return box ? [{ box, text }] : [];
    });
    if (steps.length === 0) return;
    if (revision) revision.value = kept.revision;
    put(steps);
    const note = document.querySelector<HTMLElement>("[data-restored]");
    if (!note) return;
    note.hidden = false;
    note.querySelector("[data-discard]")?.addEventListener("click", () => {
      for (const { box } of steps) {
        box.value = box.dataset.saved ?? "";
        typed.set(box.name, box.value);
      }
      if (revision) revision.value = shownRevision;
      note.hidden = true;
      refresh();
    });
  }

  function put(steps: readonly { box: HTMLInputElement; text: string }[]): void {
    const before: Step[] = steps.map(({ box }) => ({ name: box.name, before: typed.get(box.name) ?? "" }));
    for (const { box, text } of steps) {
      box.value = text;
      typed.set(box.name, text);
    }
    history.note(before);
    refresh();
  }

  function takeBack(): void {
    beyond = 0;
    for (const step of history.back()) {
      const box = boxes.find((one) => one.name === step.name);
      if (!box) continue;
      box.value = step.before;
      typed.set(step.name, step.before);
      box.focus();
    }
    refresh();
  }

  function neighbour(box: HTMLInputElement, down: number, right: number): HTMLInputElement | null {
    const lines = rows();
    const row = box.closest("tr");
    const cell = box.closest("td");
    if (!row || !cell) return null;
    const at = lines.indexOf(row) + down;
    return lines[at]?.cells[cell.cellIndex + right]?.querySelector<HTMLInputElement>("input.cell") ?? null;
  }

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box instanceof HTMLInputElement && typed.has(box.name)) put([{ box, text: box.value }]);
  });
  form.addEventListener("input", refresh);
  form.addEventListener("paste", (event) => {
    const box = event.target;
    const pasted = block(event.clipboardData?.getData("text/plain") ?? "");
    if (!(box instanceof HTMLInputElement) || !typed.has(box.name)) return;
    if (pasted.length === 1 && (pasted[0]?.length ?? 0) === 1) return;
    event.preventDefault();
    const steps: { box: HTMLInputElement; text: string }[] = [];
    beyond = 0;
    for (const [down, line] of pasted.entries()) {
      for (const [right, text] of line.entries()) {
        const there = neighbour(box, down, right);
        if (there) steps.push({ box: there, text: text.trim() });
        else beyond += 1;
      }
    }
    put(steps);
  });
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !typed.has(box.name)) return;
    const there = aim(event, box);
    if (there) {
      event.preventDefault();
      there.focus();
      there.select();
    } else if (event.key === "Enter") {
      event.preventDefault();
    } else if (
      (event.ctrlKey || event.metaKey) &&
      event.key === "z" &&
      box.value === typed.get(box.name) &&
      !history.isEmpty
    ) {
      event.preventDefault();
      takeBack();
    }
  });

  function aim(event: KeyboardEvent, box: HTMLInputElement): HTMLInputElement | null {
    const isAll = box.selectionStart === 0 && box.selectionEnd === box.value.length;
    switch (event.key) {
      case "ArrowDown":
      case "Enter":
        return neighbour(box, 1, 0);
      case "ArrowUp":
        return neighbour(box, -1, 0);
      case "ArrowLeft":
        return isAll || box.selectionEnd === 0 ? neighbour(box, 0, -1) : null;
      case "ArrowRight":
        return isAll || box.selectionStart === box.value.length ? neighbour(box, 0, 1) : null;
      default:
        return null;
    }
  }

  undo?.addEventListener("click", takeBack);
  form.addEventListener("submit", () => {
    isSending = true;
    for (const box of boxes) box.disabled = (box.dataset.saved ?? "") === plain(box.value);
  });
  addEventListener("pageshow", () => {
    isSending = false;
    for (const box of boxes) box.disabled = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSending && form.querySelector(".changed")) event.preventDefault();
  });
  if (boxes.length === 0) return;
  const kept = form.dataset.answer === undefined ? whatIsKept(sessionStorage, place) : null;
  if (isJustSaved()) keep(sessionStorage, place, { revision: "", cells: {} });
  else if (kept) bringBack(kept);
  refresh();
}

/** One's own unsaved figures of this part of a version. */
function placeOf(form: HTMLFormElement): string {
  const of = (name: string) => form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? "";
  const names = ["segment", "measure", "q", "rows"].map(of);
  return ["perisai-plan", form.dataset.user ?? "", new URL(form.action).pathname, ...names].join(":");
}

/** The address says so once; loaded again it is a page like others. */
function isJustSaved(): boolean {
  const address = new URL(location.href);
  if (!address.searchParams.has("saved")) return false;
  address.searchParams.delete("saved");
  history.replaceState(history.state, "", address);
  return true;
}

function texts12(of: (at: number) => string): string[] {
  return Array.from({ length: 12 }, (_, at) => of(at + 1));
}

/** As the server keeps it: without points between thousands. */
function plain(text: string): string {
  const value = read(text);
  return value === undefined ? "" : value === null ? text : String(value);
}
