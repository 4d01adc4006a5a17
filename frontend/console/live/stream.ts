/**
 * Keeps the numbers moving: an event stream while it is there, else polling, and says which of the two.
 *
 * States: `live` (the stream speaks), `paused` (the live process is there, its database is away), `polling` (no stream; numbers
 * are fetched every few seconds), `away` (neither), `ended` (the login is over).
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
  private now: State = "polling";
  private isOver = false;
  private readonly timers: number[] = [];

  constructor(
    private readonly screen: Screen,
    private readonly sink: Sink,
  ) {
    this.ticket = screen.ticket;
    this.position = `${screen.payload.day}.${screen.payload.position}`;
  }

  start(): void {
    this.open();
    this.timers.push(
      window.setInterval(() => this.poll(), POLL_MS),
      window.setInterval(() => this.renewIfDue(), 10_000),
      window.setInterval(() => this.listenForSilence(), 5000),
    );
  }

  /** For good: nothing of it speaks any more. */
  stop(): void {
    this.isOver = true;
    this.timers.forEach(clearInterval);
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    if (this.isOver) {
      return;
    }
    this.source?.close();
    const query = new URLSearchParams({ ticket: this.ticket.ticket, after: this.position });
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
      this.sink.whole(JSON.parse(data) as Payload);
      this.becomeLive();
    });
    on("moved", (data) => {
      this.sink.change(JSON.parse(data) as Change);
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
    this.source?.close();
    this.source = null;
    this.listener = null;
    if (this.now === "live" || this.now === "paused") {
      this.become("polling");
    }
    void this.poll();
    const wait = this.retryMs * (0.5 + Math.random() / 2);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    setTimeout(() => void this.reopen(), wait);
  }

  private async reopen(): Promise<void> {
    if (Date.now() - this.ticketAt > 1000) {
      await this.renew();
    }
    this.open();
  }

  private async poll(): Promise<void> {
    if (this.now === "live" || this.isOver) {
      return;
    }
    const payload = await this.ask<Payload>(this.screen.data);
    if (this.isOver || this.now === ("live" as State)) {
      return;
    }
    if (payload === null) {
      this.become("away");
      return;
    }
    this.sink.whole(payload);
    this.sink.fresh(Date.now());
    this.become("polling");
  }

  private renewIfDue(): void {
    const age = (Date.now() - this.ticketAt) / 1000;
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
      await fetch(`${this.ticket.origin}/live/extend?${query}`, { method: "POST", credentials: "omit" });
    } catch {
      // The stream's own error tells that the live process is gone.
    }
  }

  private async renew(): Promise<boolean> {
    const ticket = await this.ask<Ticket>(this.screen.renew);
    if (ticket === null) {
      return false;
    }
    this.ticket = ticket;
    this.ticketAt = Date.now();
    return true;
  }

  /** JSON of one of our own addresses, or null where it cannot be had now. A login page or a refusal ends it all. */
  private async ask<T extends object>(address: string): Promise<T | null> {
    const answer = await fetchJson<T>(address);
    if (answer === "refused" && !this.isOver) {
      this.end();
    }
    return typeof answer === "string" ? null : answer;
  }

  private end(): void {
    this.isOver = true;
    this.source?.close();
    this.become("ended");
  }

  private listenForSilence(): void {
    if (this.source !== null && Date.now() - this.lastWord > SILENCE_MS) {
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

/** JSON of one of our own addresses; `refused` by a login page or a refusal, `away` where it cannot be had now. */
export async function fetchJson<T extends object>(address: string): Promise<T | "refused" | "away"> {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      return "refused";
    }
    return answer.ok ? ((await answer.json()) as T) : "away";
  } catch {
    return "away";
  }
}
