/**
 * Saves each answer as it is given and keeps trying while the line is down; shows the time left, which the server says and
 * this browser only counts (from its monotonic clock: the phone's own time of day plays no part). Without this script the
 * page's buttons do the same.
 */
import "./exam.css";

const PAUSES = [1, 2, 4, 8, 10];
const ENDED = [403, 404, 409, 410];

interface Saved {
  left: number;
}

let endsAt = Number.POSITIVE_INFINITY;
let isSaved = true;
let saving: Promise<boolean> | null = null;

function countDown(): void {
  const box = document.querySelector<HTMLElement>("#exam-clock");
  const text = box?.querySelector<HTMLElement>("[data-clock]");
  if (!box || !text) {
    return;
  }
  endsAt = performance.now() + Number(box.dataset.left) * 1000;
  const tick = (): void => {
    const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    text.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    box.classList.toggle("short", left < 300);
    if (left > 0) {
      setTimeout(tick, 500);
    } else {
      handIn();
    }
  };
  tick();
}

/** Whatever is still on its way goes first; where there is no line the server ends the exam by itself. */
async function handIn(): Promise<void> {
  say("over", "needs");
  await Promise.race([saving ?? Promise.resolve(true), pause(5)]);
  document.querySelector<HTMLFormElement>("#exam-end")?.submit();
}

function say(word: "saved" | "saving" | "waiting" | "over", tone: "done" | "needs" | ""): void {
  const line = document.querySelector<HTMLElement>("#exam-state");
  const text = document.querySelector<HTMLElement>("#exam-form")?.dataset[word];
  if (line && text) {
    line.textContent = tone === "done" ? `✓ ${text}` : text;
    line.className = `exam-state ${tone}`;
  }
}

function pause(seconds: number): Promise<boolean> {
  return new Promise((done) => setTimeout(() => done(false), seconds * 1000));
}

/** Resolves when the form's present answer is with the server; false where the exam has ended meanwhile. */
async function save(form: HTMLFormElement): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    if (tries === 0) {
      say("saving", "");
    }
    try {
      const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body,
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) {
        const { left } = (await answer.json()) as Saved;
        endsAt = performance.now() + left * 1000;
        say("saved", "done");
        return true;
      }
      if (ENDED.includes(answer.status)) {
        location.reload();
        return false;
      }
    } catch {
      // No line, or one that answers too late: the loop tries again.
    }
    say("waiting", "needs");
    await pause(PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 10);
  }
}

/** One save at a time; what changed while it ran is saved after it. */
async function saveNow(form: HTMLFormElement): Promise<boolean> {
  isSaved = false;
  saving ??= (async () => {
    let held = true;
    while (!isSaved && held) {
      isSaved = true;
      held = await save(form);
    }
    saving = null;
    return held;
  })();
  return saving;
}

function begin(form: HTMLFormElement): void {
  form.addEventListener("change", () => void saveNow(form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const to = (event.submitter as HTMLButtonElement | null)?.value ?? "";
    const isGiven = form.querySelector("input[name=choice]:checked") !== null;
    if (!isGiven || (saving ? await saving : true)) {
      location.search = to === "periksa" ? "?periksa" : `?no=${to}`;
    }
  });
}

const form = document.querySelector<HTMLFormElement>("#exam-form");
if (form) {
  begin(form);
}
countDown();
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
