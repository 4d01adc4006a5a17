/** Live or not, and how old the numbers are: always visible, in words and a shape, never by colour alone. */
import type { State } from "./stream";
import { age, momentOf, t } from "./texts";

const KIND: Record<State, string> = { live: "done", paused: "needs", polling: "needs", away: "stop", ended: "stop" };
const NOTE: Record<State, string | null> = {
  live: null,
  paused: t.pausedNote,
  polling: t.pollingNote,
  away: t.awayNote,
  ended: t.endedNote,
};
const FRESH_MS = 20_000;
const RECENT_MS = 60_000;

interface Props {
  state: State | null;
  freshAt: number;
  movedAt: number | null;
  now: number;
}

/** A stream that has said nothing for longer than it ever rests is called live no more, before it is known to be gone. */
export function LiveState({ state, freshAt, movedAt, now }: Props) {
  const old = now - freshAt;
  const told = state === "live" && old >= FRESH_MS ? null : state;
  const moved = movedAt === null ? t.nothingYet : t.lastMove(age(now - movedAt));
  const asOf = old < RECENT_MS ? t.numbersOf(age(old)) : t.numbersOf(`${momentOf(freshAt, now)}, ${age(old)}`);
  return (
    <span class={`state live-state ${told === null ? "note" : KIND[told]}`}>
      <Shape state={told} />
      <b role="status">{told === null ? t.connecting : t[told]}</b>
      <span class="live-age">{told === "live" ? moved : asOf}</span>
    </span>
  );
}

/** Whether what is shown may be old, so that it must not look like what moves. */
export function isOld(state: State | null): boolean {
  return state === "paused" || state === "away" || state === "ended";
}

function Shape({ state }: { state: State | null }) {
  return (
    <svg class="live-shape" viewBox="0 0 12 12" aria-hidden="true">
      {state === "live" && <circle cx="6" cy="6" r="4.5" />}
      {state === "paused" && <path d="M2.5 1.5h2.5v9H2.5zM7 1.5h2.5v9H7z" />}
      {(state === "polling" || state === null) && <circle class="hollow" cx="6" cy="6" r="4" />}
      {(state === "away" || state === "ended") && (
        <path d="M2 3.4 3.4 2 6 4.6 8.6 2 10 3.4 7.4 6 10 8.6 8.6 10 6 7.4 3.4 10 2 8.6 4.6 6z" />
      )}
    </svg>
  );
}

export function Outage({ state }: { state: State | null }) {
  const note = state && NOTE[state];
  if (!note) {
    return null;
  }
  return (
    <div class={`notice ${KIND[state]}`} role="status">
      <p>
        {note}{" "}
        {state === "ended" && (
          <a href={`/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`}>{t.login}</a>
        )}
      </p>
    </div>
  );
}
