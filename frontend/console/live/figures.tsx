/** The big figures: who pays first, then what is new, then what stands. One that moves says by how much, quietly, for two seconds. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { listOf } from "./drill";
import type { Alerts, CapDay, Payload, Screen } from "./state";
import { fetchJson } from "./stream";
import { clock, day, number, rupiah, t } from "./texts";

const NEW = ["captured", "accepted", "review", "contributions", "payments"] as const;
const SHOW_DELTA_MS = 2000;

interface Props {
  payload: Payload;
  screen: Screen;
}

/** Members paying, and beside them those who paid for the first time today. */
export function Headline({ payload, screen }: Props) {
  const { stood, standing_at, standing_on } = payload;
  const paying = stood.paying ?? null;
  const asOf = standing_at !== null && standing_on !== null ? t.standingOf(moment(payload)) : t.standingNone;
  return (
    <section class="live-headline" aria-label={nameOf(screen, "paying")}>
      <Card name="paying" screen={screen} payload={payload} value={paying} note={asOf} first={payload.day} />
      <Counted name="active" screen={screen} payload={payload} />
      <div class="live-beside">
        {(["catch_up", "ended"] as const).map((name) => (
          <Line key={name} name={name} payload={payload} screen={screen} />
        ))}
      </div>
    </section>
  );
}

export function moment({ standing_on, standing_at, day: today }: Payload): string {
  const at = clock(standing_at ?? 0);
  return standing_on === today ? at : `${day(standing_on ?? today)} ${at}`;
}

export function New({ payload, screen }: Props) {
  return (
    <section aria-label={t.figuresTitle}>
      <p class="live-hint">{t.todayOf(day(payload.day))}</p>
      <div class="live-figures">
        {NEW.map((name) => (
          <Counted key={name} name={name} payload={payload} screen={screen} />
        ))}
      </div>
    </section>
  );
}

/** Arrears, cash, licences, quota, alerts: as they stand. */
export function Standing({ payload, screen }: Props) {
  const { stood, quota, feed, standing_at } = payload;
  const newest = payload.alerted ?? feed.find((item) => item.kind.startsWith("alert_"))?.n ?? "";
  const alerts = useAlerts(screen.alerts, `${newest} ${standing_at}`);
  const of = (name: string): number | null => stood[name] ?? null;
  const write = (name: string): string => told(screen, name, of(name));
  return (
    <section aria-label={t.standingTitle}>
      <p class="live-hint">{payload.standing_at === null ? t.standingNone : t.standingOf(moment(payload))}</p>
      <div class="live-figures">
        <Card name="arrears" payload={payload} screen={screen} value={of("arrears")}>
          {of("arrears_members") !== null && (
            <List name="arrears_members" payload={payload} screen={screen}>
              {t.membersOf(write("arrears_members"))}
            </List>
          )}
        </Card>
        <Card name="custody" payload={payload} screen={screen} value={of("custody")}>
          {of("custody_overdue") !== null && (
            <List name="custody_overdue" payload={payload} screen={screen}>
              {t.overdue(write("custody_overdue"))}
            </List>
          )}
        </Card>
        <Card name="licences_ending" payload={payload} screen={screen} value={of("licences_ending")}>
          {of("agents_active") !== null && (
            <List name="agents_active" payload={payload} screen={screen}>
              {t.ofAgents(write("agents_active"))}
            </List>
          )}
        </Card>
        {quota && (
          <Card name="quota_left" payload={payload} screen={screen} value={quota.left}>
            <span class="figure-of">{t.ofCap(number(quota.cap))}</span>
            <CapDays payload={payload} />
          </Card>
        )}
        {alerts !== null && (
          <div class="figure live-figure" data-figure="alerts">
            <span class="figure-name">{t.alerts}</span>
            <a class="figure-value" href={alerts.list}>
              {number(alerts.open)}
            </a>
            <span class="figure-of">{t.alertsFor}</span>
          </div>
        )}
      </div>
    </section>
  );
}

/** Asked for again when one is raised or answered, and with each standing: what a person may see of them, the stream of a scope does
 * not know. */
function useAlerts(first: Alerts | null, newest: string): Alerts | null {
  const [alerts, setAlerts] = useState(first);
  const known = useRef(newest);
  useEffect(() => {
    if (first === null || newest === known.current) {
      return;
    }
    known.current = newest;
    void fetchJson<{ alerts: Alerts | null }>(first.data).then((answer) => {
      if (typeof answer === "object") {
        setAlerts(answer.alerts);
      }
    });
  }, [first, newest]);
  return alerts;
}

export function CapDays({ payload }: { payload: Payload }) {
  const { cap_days, quota } = payload;
  if (cap_days.length === 0) {
    return quota && quota.branches > 1 ? <span class="figure-of">{t.capFull(number(quota.full))}</span> : null;
  }
  return (
    <>
      {cap_days.map((one) => (
        <span key={one.segment} class="figure-of">
          {one.segment !== "all" && `${one.segment}: `}
          {capDay(one)}
        </span>
      ))}
    </>
  );
}

export function capDay(one: CapDay): string {
  if (one.is_full) {
    return t.capReached;
  }
  if (!one.is_known) {
    return t.capUnknown;
  }
  return one.on ? t.capOn(day(one.on)) : t.capNot(day(one.last));
}

/** A figure that is counted by day: today's value is big, the month's below it, each leads to its list. */
function Counted({ name, payload, screen }: Props & { name: string }) {
  const today = payload.today[name] ?? 0;
  return (
    <Card name={name} payload={payload} screen={screen} value={today} first={payload.day} isOfDay>
      <List name={name} payload={payload} screen={screen}>
        {t.month}: {told(screen, name, payload.month[name] ?? 0)}
      </List>
    </Card>
  );
}

interface CardProps extends Props {
  name: string;
  value: number | null;
  /** First day of the list behind it; the month's where it is absent. */
  first?: string;
  note?: string;
  isOfDay?: boolean;
  children?: ComponentChildren;
}

function Card({ name, payload, screen, value, first, note, isOfDay, children }: CardProps) {
  const delta = useDelta(value, payload.day);
  const words = screen.figures[name];
  const text = told(screen, name, value);
  return (
    <div class={`figure live-figure ${delta ? "moved" : ""}`} data-figure={name}>
      <span class="figure-name">
        {name === "active" ? `${words?.label} ${t.today.toLowerCase()}` : words?.label}
        {isOfDay && name !== "active" && <span class="visually-hidden"> {t.today}</span>}
      </span>
      <a
        class={`figure-value ${words?.unit === "rupiah" ? "rupiah" : ""}`}
        href={listOf(screen, name, first ?? payload.month_first, payload.day)}
        title={words ? `${words.what}. ${t.openRecords(words.label)}` : undefined}
        style={{ "--n": text.length }}
      >
        {text}
      </a>
      <span class="live-delta" aria-hidden="true">
        {delta !== 0 && `${delta > 0 ? "+" : ""}${told(screen, name, delta)}`}
      </span>
      {note && <span class="figure-of">{note}</span>}
      {children}
    </div>
  );
}

function Line({ name, payload, screen }: Props & { name: string }) {
  const value = payload.stood[name] ?? null;
  return (
    <p data-figure={name}>
      <span class="figure-name">{nameOf(screen, name)}</span>{" "}
      <a class="figure-value" href={listOf(screen, name, payload.day, payload.day)} title={screen.figures[name]?.what}>
        {told(screen, name, value)}
      </a>
    </p>
  );
}

function List({ name, payload, screen, children }: Props & { name: string; children: ComponentChildren }) {
  return (
    <a
      class="figure-of"
      data-month={name}
      href={listOf(screen, name, payload.month_first, payload.day)}
      title={screen.figures[name]?.what}
    >
      {children}
    </a>
  );
}

export function nameOf(screen: Screen, name: string): string {
  return screen.figures[name]?.label ?? name;
}

export function told(screen: Screen, name: string, value: number | null): string {
  return value === null ? "–" : screen.figures[name]?.unit === "rupiah" ? rupiah(value) : number(value);
}

/** By how much a number moved within the last two seconds; 0 when it rests, was unknown, or when a new day began. */
export function useDelta(value: number | null, of: string): number {
  const before = useRef({ value, of });
  const [delta, setDelta] = useState(0);
  useEffect(() => {
    const known = before.current;
    const moved = known.of === of && known.value !== null && value !== null ? value - known.value : 0;
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
