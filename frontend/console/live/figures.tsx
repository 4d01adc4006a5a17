/** The big figures. One that moves says by how much, quietly, for two seconds. */
import { useEffect, useRef, useState } from "preact/hooks";
import { recordsBehind } from "./drill";
import type { Payload } from "./state";
import { day, number, rupiah, t } from "./texts";

const SHOWN = ["captured", "accepted", "active", "review", "contributions", "payments"] as const;
const WIDE: ReadonlySet<string> = new Set(["contributions", "payments"]);
const SHOW_DELTA_MS = 2000;

export function Figures({ payload, members }: { payload: Payload; members: string }) {
  return (
    <section aria-label={t.figuresTitle}>
      <p class="live-hint">{t.todayOf(day(payload.day))}</p>
      <div class="live-figures">
        {SHOWN.map((metric) => (
          <Figure key={metric} metric={metric} payload={payload} members={members} />
        ))}
      </div>
    </section>
  );
}

type Shown = (typeof SHOWN)[number];

function Figure({ metric, payload, members }: { metric: Shown; payload: Payload; members: string }) {
  const write = metric === "contributions" ? rupiah : number;
  const today = payload.today[metric] ?? 0;
  const month = payload.month[metric] ?? 0;
  const delta = useDelta(today, payload.day);
  const { level, key } = payload;
  const behind = (from: string): string => recordsBehind(members, { level, key, metric, from, to: payload.day });
  return (
    <div class={`figure live-figure ${WIDE.has(metric) ? "wide" : ""} ${delta ? "moved" : ""}`}>
      <span class="figure-name">{t[metric]}</span>
      <a class="figure-value" href={behind(payload.day)} title={t.openRecords(t[metric])}>
        {write(today)}
      </a>
      <span class="live-delta" aria-hidden="true">
        {delta !== 0 && `${delta > 0 ? "+" : ""}${write(delta)}`}
      </span>
      <a class="figure-of" href={behind(payload.month_first)}>
        {t.month}: {write(month)}
      </a>
    </div>
  );
}

/** By how much a number moved within the last two seconds; 0 when it rests, or when a new day began. */
function useDelta(value: number, of: string): number {
  const before = useRef({ value, of });
  const [delta, setDelta] = useState(0);
  useEffect(() => {
    const moved = before.current.of === of ? value - before.current.value : 0;
    before.current = { value, of };
    if (moved !== 0) {
      setDelta((shown) => shown + moved);
    }
  }, [value, of]);
  useEffect(() => {
    const timer = delta === 0 ? undefined : setTimeout(() => setDelta(0), SHOW_DELTA_MS);
    return () => clearTimeout(timer);
  }, [delta, value]);
  return delta;
}
