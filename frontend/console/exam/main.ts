/**
 * Saves each answer as it is given and keeps trying while the line is down; shows the time left, which the server says and
 * this browser only counts (from its monotonic clock: the phone's own time of day plays no part). Without this script the
 * page's buttons do the same.
 */
import "./exam.css";
import { pause, pauseAfter, reached, say } from "./line";

const ENDED = [403, 404, 409, 410];
/** An answer of the last second may still be on its way so long, in milliseconds; the server waits longer. */
const LATE = 5_000;

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
      void endWithTime();
    }
  };
  tick();
}

/** Whatever is still on its way goes first; where there is no line the server ends the exam by itself, and this page waits. */
async function endWithTime(): Promise<void> {
  document.querySelector(".exam-options")?.setAttribute("inert", "");
  await Promise.race([saving ?? Promise.resolve(true), pause(LATE / 1000)]);
  say("over", "needs");
  await reached(() => "over");
  document.querySelector<HTMLFormElement>("#exam-end")?.submit();
}

/** Resolves when the form's present answer is with the server; false where the exam has ended meanwhile. */
async function save(form: HTMLFormElement): Promise<boolean> {
  say("saving", "");
  for (let tries = 0; performance.now() < endsAt + LATE; tries += 1) {
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
    if (performance.now() < endsAt) {
      say("waiting", "needs");
    }
    await pauseAfter(tries);
  }
  return false;
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

/** What was given meanwhile is saved before the page is left. */
async function canLeave(): Promise<boolean> {
  await reached(() => (saving ? "waiting" : "away"));
  return saving ? saving : true;
}

async function goOn(search: string): Promise<void> {
  if (await canLeave()) {
    location.search = search;
  }
}

/** Chosen before this script was there, as on a slow phone, or brought back by the browser: the server has not heard of it. */
function isUnheard(form: HTMLFormElement): boolean {
  const chosen = form.querySelector<HTMLInputElement>("input[name=choice]:checked");
  return chosen !== null && !chosen.defaultChecked;
}

function begin(form: HTMLFormElement): void {
  form.addEventListener("change", () => void saveNow(form));
  if (isUnheard(form)) {
    void saveNow(form);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const to = (event.submitter as HTMLButtonElement | null)?.value ?? "";
    const isGiven = form.querySelector("input[name=choice]:checked") !== null;
    if (!isGiven || (saving ? await saving : true)) {
      void goOn(to === "periksa" ? "?periksa" : `?no=${to}`);
    }
  });
}

/** Ways off the overview wait for a line as well. */
function waitForLine(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("main a[href^='?']")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void goOn(link.search);
    });
  }
  const end = document.querySelector<HTMLFormElement>("#exam-end:not([hidden])");
  end?.addEventListener("submit", (event) => {
    event.preventDefault();
    void canLeave().then(() => end.submit());
  });
}

/** Another tab of this browser has the same cookie, so the server cannot tell it from this one; the tabs tell each other. */
function tellOtherTabs(): void {
  const tabs = new BroadcastChannel(location.pathname);
  tabs.addEventListener("message", () => {
    document.querySelector("#exam-tabs")?.removeAttribute("hidden");
  });
  tabs.postMessage("opened");
  addEventListener("pagehide", () => tabs.close());
}

const form = document.querySelector<HTMLFormElement>("#exam-form");
if (form) {
  begin(form);
}
waitForLine();
countDown();
tellOtherTabs();
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
