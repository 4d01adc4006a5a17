/**
 * The wall screen: one scope at a time, big and dark, for days. It follows one stream at a time and moves on after a while to the next
 * scope of the address; what cannot be reached is tried again, and what is shown meanwhile says how old it is.
 */
import { render } from "preact";
import { AttainmentBar, finding } from "./attainment";
import { capDay, moment, nameOf, told, useDelta } from "./figures";
import { paceFinding } from "./pace";
import { apply, type Payload, type Screen, type Ticket, type Wall, type WallScope } from "./state";
import { isOld, LiveState, Outage } from "./status";
import { Connection, fetchJson, type State, since } from "./stream";
import { clock, number, percent, t } from "./texts";

const IDLE_MS = 3000;
const DELTA = 0.35;
const LONG_NAME = 12;
/** How often a wall whose login is over looks whether somebody has logged in again. */
const LOOK_AGAIN_MS = 30_000;

interface Shown {
  screen: Screen;
  payload: Payload;
  state: State | null;
  freshAt: number;
  skew: number;
}

class WallScreen {
  private at = 0;
  private turnedAt = Date.now();
  private isHeld = false;
  private isTurning = false;
  private connection: Connection | null = null;
  private shown: Shown;
  /** The day on which each scope was first shown: their time zones differ, so at one moment their days do too. */
  private readonly days = new Map<string, string>();
  private lookedAt = Date.now();

  constructor(
    private readonly root: HTMLElement,
    private readonly wall: Wall,
  ) {
    this.shown = this.follow(wall.screen);
  }

  start(): void {
    addEventListener("keydown", (event) => this.press(event));
    addEventListener("mousemove", wake);
    addEventListener("visibilitychange", () => void stayAwake());
    void stayAwake();
    this.draw();
    setInterval(() => this.tick(), 1000);
  }

  private tick(): void {
    const { payload, state } = this.shown;
    if (state === "ended") {
      void this.beginAnew(LOOK_AGAIN_MS);
    } else if (!this.isHeld && since(this.turnedAt) >= this.wall.seconds * 1000) {
      void this.turn(1);
    }
    if (this.days.get(scopeOf(payload)) !== payload.day && state === "live") {
      void this.beginAnew(0);
    }
    this.draw();
  }

  private press(event: KeyboardEvent): void {
    const acts: Record<string, () => void> = {
      Escape: () => location.assign(this.wall.leave),
      ArrowRight: () => void this.turn(1),
      ArrowLeft: () => void this.turn(-1),
      " ": () => {
        this.isHeld = !this.isHeld;
        this.draw();
      },
      f: () => void document.documentElement.requestFullscreen?.().catch(() => undefined),
    };
    const act = acts[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey && !(event.target as Element).closest("a")) {
      event.preventDefault();
      act();
    } else if (event.key === "Escape") {
      acts.Escape?.();
    }
  }

  /** The next scope whose numbers can be had; without one the present stays. */
  private async turn(by: number): Promise<void> {
    if (this.isTurning || this.wall.scopes.length < 2) {
      return;
    }
    this.isTurning = true;
    this.turnedAt = Date.now();
    const count = this.wall.scopes.length;
    for (let step = 1; step < count; step++) {
      const next = (((this.at + by * step) % count) + count) % count;
      const screen = await this.read(this.wall.scopes[next]);
      if (screen) {
        this.at = next;
        this.turnedAt = Date.now();
        this.shown = this.follow(screen);
        break;
      }
    }
    this.isTurning = false;
    this.draw();
  }

  private async read(scope: WallScope | undefined): Promise<Screen | null> {
    if (!scope) {
      return null;
    }
    const [payload, ticket] = await Promise.all([fetchJson<Payload>(scope.data), fetchJson<Ticket>(scope.renew)]);
    return typeof payload === "object" && typeof ticket === "object"
      ? { ...this.wall.screen, payload, ticket, data: scope.data, renew: scope.renew }
      : null;
  }

  private follow(screen: Screen): Shown {
    this.connection?.stop();
    const scope = scopeOf(screen.payload);
    this.days.set(scope, this.days.get(scope) ?? screen.payload.day);
    const shown: Shown = {
      screen,
      payload: screen.payload,
      state: null,
      freshAt: Date.now(),
      skew: Date.now() - screen.payload.as_of,
    };
    const drawn = (act: () => void): void => {
      act();
      queueMicrotask(() => this.draw());
    };
    this.connection = new Connection(screen, {
      whole: (next) => drawn(() => Object.assign(shown, { payload: next, skew: Date.now() - next.as_of })),
      change: (change) => drawn(() => Object.assign(shown, { payload: apply(shown.payload, change) })),
      state: (state) => drawn(() => Object.assign(shown, { state })),
      fresh: (at) => Object.assign(shown, { freshAt: at }),
    });
    this.connection.start();
    return shown;
  }

  /** A new day begins with a new page, so that a wall that nobody touches gets new releases, and so does a new login; only while the
   * server answers, and asked no more often than so. */
  private async beginAnew(everyMs: number): Promise<void> {
    if (this.isTurning || since(this.lookedAt) < everyMs) {
      return;
    }
    this.isTurning = true;
    this.lookedAt = Date.now();
    if (typeof (await fetchJson<Payload>(this.shown.screen.data)) === "object") {
      location.reload();
    }
    this.isTurning = false;
  }

  private draw(): void {
    const name = this.wall.scopes[this.at]?.name ?? "";
    const count = this.wall.scopes.length;
    const place = count > 1 ? `${t.wallNext(this.at + 1, count)}${this.isHeld ? ` · ${t.wallHeld}` : ""}` : "";
    render(<Page {...this.shown} name={name} place={place} leave={this.wall.leave} />, this.root);
  }
}

export function showWall(root: HTMLElement, wall: Wall): void {
  root.replaceChildren();
  new WallScreen(root, wall).start();
}

function scopeOf({ level, key }: Payload): string {
  return `${level}/${key}`;
}

let hiding = 0;
/** The pointer and the way out show while the mouse moves. */
function wake(): void {
  document.body.classList.add("awake");
  clearTimeout(hiding);
  hiding = window.setTimeout(() => document.body.classList.remove("awake"), IDLE_MS);
}

async function stayAwake(): Promise<void> {
  try {
    if (document.visibilityState === "visible") {
      await navigator.wakeLock?.request("screen");
    }
  } catch {
    // The display's own settings decide.
  }
}

function Page({
  payload,
  screen,
  state,
  freshAt,
  skew,
  name,
  place,
  leave,
}: Shown & Record<"name" | "place" | "leave", string>) {
  const movedAt = payload.moved_at === null ? null : payload.moved_at + skew;
  return (
    <div class={isOld(state) ? "wall-page old" : "wall-page"} data-scope={scopeOf(payload)}>
      <header class="wall-head">
        <h1 class={name.length > LONG_NAME ? "long" : ""}>{name}</h1>
        <span class="wall-place">{place}</span>
        <LiveState state={state} freshAt={freshAt} movedAt={movedAt} now={Date.now()} />
        <time class="wall-clock">{clock(Date.now())}</time>
      </header>
      <Outage state={state} />
      <Paying payload={payload} screen={screen} />
      <Target payload={payload} />
      <div class="wall-row">
        <Fact
          name="contributions"
          screen={screen}
          payload={payload}
          value={payload.today.contributions ?? 0}
          of={t.today}
        />
        <Usual payload={payload} />
        <Fact name="arrears" screen={screen} payload={payload} value={payload.stood.arrears ?? null} of="" />
        <Cap payload={payload} screen={screen} />
      </div>
      <footer class="wall-foot">
        <a href={leave}>{t.wallLeave}</a> <span>{t.wallKeys}</span>
      </footer>
    </div>
  );
}

function Paying({ payload, screen }: { payload: Payload; screen: Screen }) {
  const asOf = payload.standing_at === null ? t.standingNone : t.standingAt(moment(payload));
  return (
    <section class="wall-paying">
      <Fact name="paying" screen={screen} payload={payload} value={payload.stood.paying ?? null} of={asOf} />
      {(["active", "accepted"] as const).map((name) => (
        <Fact
          key={name}
          name={name}
          screen={screen}
          payload={payload}
          value={payload.today[name] ?? 0}
          of={`${t.today} · ${t.thisMonth(number(payload.month[name] ?? 0))}`}
        />
      ))}
    </section>
  );
}

function Target({ payload: { attainment } }: { payload: Payload }) {
  const { attained, target, needed_per_day, days_left } = attainment;
  return (
    <section class="wall-target">
      <p class="wall-finding">{finding(attainment)}</p>
      {target ? (
        <div class="wall-target-row">
          <b>{percent(attained, target)}</b>
          <div>
            <AttainmentBar attainment={attainment} target={target} />
            <p>
              {t.of(number(attained), number(target))}
              {attainment.of_agents && ` (${t.targetOfAgents})`} · {t.daysLeft(days_left)}
              {needed_per_day !== null && attained < target && ` · ${t.neededShort(number(needed_per_day))}`}
            </p>
          </div>
        </div>
      ) : null}
    </section>
  );
}

/** A long number is written smaller, so that it stays in its place; `DELTA` is that of `.wall-delta`. */
function asLongAs(text: string, moved = ""): Record<string, number> {
  return { "--n": text.length + (moved ? DELTA * (moved.length + 1) : 0) };
}

interface FactProps {
  name: string;
  screen: Screen;
  payload: Payload;
  value: number | null;
  of: string;
}

function Fact({ name, screen, payload, value, of }: FactProps) {
  const delta = useDelta(value, `${scopeOf(payload)} ${payload.day}`);
  const text = told(screen, name, value);
  const moved = delta === 0 ? "" : `${delta > 0 ? "+" : ""}${told(screen, name, delta)}`;
  return (
    <div class="wall-fact" data-figure={name}>
      <span class="wall-name">{nameOf(screen, name)}</span>
      <span class="wall-value" style={asLongAs(text, moved)}>
        {text}
        {moved && <small class="wall-delta">{moved}</small>}
      </span>
      {of && <span class="wall-of">{of}</span>}
    </div>
  );
}

function Usual({ payload: { pace, hours } }: { payload: Payload }) {
  const soFar = hours.reduce((sum, count) => sum + count, 0);
  return (
    <div class="wall-fact">
      <span class="wall-name">{t.enrolledToday}</span>
      <span class="wall-value" style={asLongAs(number(soFar))}>
        {number(soFar)}
      </span>
      <span class="wall-of">{paceFinding(pace, hours)}</span>
    </div>
  );
}

function Cap({ payload, screen }: { payload: Payload; screen: Screen }) {
  const { quota, stood, cap_days } = payload;
  if (!quota) {
    return (
      <Fact name="licences_ending" screen={screen} payload={payload} value={stood.licences_ending ?? null} of="" />
    );
  }
  const [first] = cap_days;
  const of = first ? capDay(first) : t.ofCap(number(quota.cap));
  return <Fact name="quota_left" screen={screen} payload={payload} value={quota.left} of={of} />;
}
