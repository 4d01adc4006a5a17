/**
 * Keeps the numbers moving: an event stream while it is there, else polling, and says which of the two.
 *
 * States: `live` (the stream speaks), `paused` (somebody answers, but the database is away), `polling` (no stream; numbers are fetched
 * every few seconds), `away` (neither), `ended` (the login is over).
 */
import type { Change, Payload, Screen, Ticket } from "./state";

export type State = "live" | "paused" | "polling" | "away" | "ended";

export interface Sink {
  whole(payload: Payload): void;
  change(change: Change): void;
  state(state: State): void;
  /** The numbers were known to be right at this moment (ms since 1970, this computer's clock). */
  fresh(at: number): void;
}

const POLL_MS = 5000;
/** A line that answers nothing is no line: what was asked is given up, and asked again. */
const ANSWER_MS = 20_000;
const SILENCE_MS = 35_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;
const RENEW_BEFORE_SECONDS = 60;

export class Connection {
  private source: EventSource | null = null;
  private listener: number | null = null;
  private ticket: Ticket;
  private ticketAt = Date.now();
  private lastWord = Date.now();
  private retryMs = FIRST_RETRY_MS;
  private position: string;
  /** Of the numbers that are shown (ms since 1970, the server's clock): standings move without a position. */
  private asOf: number;
  private now: State | null = null;
  private isOver = false;
  private isPolling = false;
  private retry = 0;
  private readonly timers: number[] = [];
  private readonly stopped = new AbortController();

  constructor(
    private readonly screen: Screen,
    private readonly sink: Sink,
  ) {
    this.ticket = screen.ticket;
    this.position = positionOf(screen.payload);
    this.asOf = screen.payload.as_of;
  }

  start(): void {
    this.open();
    this.timers.push(
      window.setInterval(() => this.poll(), POLL_MS),
      window.setInterval(() => this.renewIfDue(), 10_000),
      window.setInterval(() => this.listenForSilence(), 5000),
    );
    const { signal } = this.stopped;
    addEventListener("offline", () => this.lose(), { signal });
    addEventListener("online", () => this.reopenSoon(0), { signal });
  }

  /** For good: nothing of it speaks any more. */
  stop(): void {
    this.isOver = true;
    this.timers.forEach(clearInterval);
    clearTimeout(this.retry);
    this.stopped.abort();
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    if (this.isOver) {
      return;
    }
    this.source?.close();
    const query = new URLSearchParams({ ticket: this.ticket.ticket, after: this.position, as_of: `${this.asOf}` });
    const source = new EventSource(`${this.ticket.origin}/live/stream?${query}`);
    this.source = source;
    const on = (name: string, act: (data: string) => void): void => {
      source.addEventListener(name, (event) => {
        if (source === this.source) {
          this.lastWord = Date.now();
          this.position = (event as MessageEvent<string>).lastEventId || this.position;
          act((event as MessageEvent<string>).data);
        }
      });
    };
    on("hello", (data) => {
      this.listener = (JSON.parse(data) as { listener: number }).listener;
      this.retryMs = FIRST_RETRY_MS;
    });
    on("snapshot", (data) => {
      const payload = JSON.parse(data) as Payload;
      this.asOf = payload.as_of;
      this.sink.whole(payload);
      this.becomeLive();
    });
    on("moved", (data) => {
      const change = JSON.parse(data) as Change;
      this.asOf = change.as_of ?? this.asOf;
      this.sink.change(change);
      this.becomeLive();
    });
    on("beat", () => this.becomeLive());
    on("resumed", () => this.becomeLive());
    on("paused", () => this.become("paused"));
    on("ended", () => this.lose());
    source.onerror = () => {
      if (source === this.source) {
        this.lose();
      }
    };
  }

  private becomeLive(): void {
    this.become("live");
    this.sink.fresh(Date.now());
  }

  /** The stream is gone: numbers come by polling until it is back. */
  private lose(): void {
    if (this.isOver) {
      return;
    }
    this.source?.close();
    this.source = null;
    this.listener = null;
    if (this.now === "live") {
      this.become("polling");
    }
    void this.poll();
    const wait = this.retryMs * (0.5 + Math.random() / 2);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    this.reopenSoon(wait);
  }

  /** One try at a time, however many things told that the stream is gone or may be had again. */
  private reopenSoon(ms: number): void {
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.reopen(), ms);
  }

  private async reopen(): Promise<void> {
    if (since(this.ticketAt) > 1000) {
      await this.renew();
    }
    this.open();
  }

  private async poll(): Promise<void> {
    if (this.now === "live" || this.isOver || this.isPolling) {
      return;
    }
    this.isPolling = true;
    const payload = await this.ask<Payload>(this.screen.data);
    this.isPolling = false;
    if (this.isOver || this.now === ("live" as State)) {
      return;
    }
    if (typeof payload === "string") {
      this.become(payload);
      return;
    }
    this.position = positionOf(payload);
    this.asOf = payload.as_of;
    this.sink.whole(payload);
    this.sink.fresh(Date.now());
    this.become("polling");
  }

  private renewIfDue(): void {
    const age = since(this.ticketAt) / 1000;
    if (age > this.ticket.seconds - RENEW_BEFORE_SECONDS && this.source !== null) {
      void this.extend();
    }
  }

  private async extend(): Promise<void> {
    if (!(await this.renew()) || this.listener === null) {
      return;
    }
    const query = new URLSearchParams({ ticket: this.ticket.ticket, listener: String(this.listener) });
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      await fetch(`${this.ticket.origin}/live/extend?${query}`, { method: "POST", credentials: "omit", signal });
    } catch {
      // The stream's own error tells that the live process is gone.
    }
  }

  private async renew(): Promise<boolean> {
    const ticket = await this.ask<Ticket>(this.screen.renew);
    if (typeof ticket === "string") {
      return false;
    }
    this.ticket = ticket;
    this.ticketAt = Date.now();
    return true;
  }

  /** JSON of one of our own addresses, or why it cannot be had now. A login page or a refusal ends it all. */
  private async ask<T extends object>(address: string): Promise<T | "paused" | "away"> {
    const answer = await fetchJson<T>(address);
    if (answer !== "refused") {
      return answer;
    }
    if (!this.isOver) {
      this.stop();
      this.become("ended");
    }
    return "away";
  }

  private listenForSilence(): void {
    if (this.source !== null && since(this.lastWord) > SILENCE_MS) {
      this.lastWord = Date.now();
      this.lose();
    }
  }

  private become(state: State): void {
    if (this.now !== state) {
      this.now = state;
      this.sink.state(state);
    }
  }
}

/** Milliseconds since then; for ever where this computer's clock was set back meanwhile, so that nothing waits until it comes again. */
export function since(at: number): number {
  const passed = Date.now() - at;
  return passed < 0 ? Infinity : passed;
}

function positionOf({ day, position }: Payload): string {
  return `${day}.${position}`;
}

/** JSON of one of our own addresses; `refused` by a login page or a refusal, `paused` while the database is away, `away` where it
 * cannot be had now. */
export async function fetchJson<T extends object>(address: string): Promise<T | "refused" | "paused" | "away"> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual", signal });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      return "refused";
    }
    if (answer.status === 503) {
      return "paused";
    }
    return answer.ok ? ((await answer.json()) as T) : "away";
  } catch {
    return "away";
  }
}
