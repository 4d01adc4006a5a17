/**
 * What the page says about saving, and whether the server can be reached: a page that cannot be loaded is never asked for,
 * so that a candidate without a signal keeps the question instead of the browser's error.
 */
export type Word = "saved" | "saving" | "waiting" | "away" | "over";

const PAUSES = [1, 2, 4, 8, 10];
const BUSY = 429;

export function say(word: Word, tone: "done" | "needs" | ""): void {
  const line = document.querySelector<HTMLElement>("#exam-state");
  const text = line?.dataset[word];
  if (line && text) {
    line.textContent = tone === "done" ? `✓ ${text}` : text;
    line.className = `exam-state ${tone}`;
  }
}

export function pause(seconds: number): Promise<boolean> {
  return new Promise((done) => setTimeout(() => done(false), seconds * 1000));
}

/** Longer each time, and at once when the phone says that it has a line again. */
export async function pauseAfter(tries: number): Promise<void> {
  const back = new Promise((done) => addEventListener("online", done, { once: true }));
  await Promise.race([back, pause(PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 10)]);
}

/** Resolves when this page's server answers; says what `word` gives for as long as it does not. */
export async function reached(word: () => Word): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(location.pathname, {
        method: "HEAD",
        cache: "no-store",
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.status < 500 && answer.status !== BUSY) {
        return;
      }
    } catch {
      // No line: the loop tries again.
    }
    say(word(), "needs");
    await pauseAfter(tries);
  }
}
