import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Payload, Screen } from "./state";
import { Connection, type State } from "./stream";

const SECOND = 1000;

/** A stream that says what a test lets it say. */
class FakeSource {
  static made: FakeSource[] = [];
  onerror: (() => void) | null = null;
  isClosed = false;
  private readonly acts = new Map<string, (event: unknown) => void>();

  constructor(readonly address: string) {
    FakeSource.made.push(this);
  }

  addEventListener(name: string, act: (event: unknown) => void): void {
    this.acts.set(name, act);
  }

  close(): void {
    this.isClosed = true;
  }

  say(name: string, data: object, lastEventId = ""): void {
    this.acts.get(name)?.({ data: JSON.stringify(data), lastEventId });
  }

  asked(name: string): string | null {
    return new URL(this.address).searchParams.get(name);
  }
}

const TICKET = { ticket: "t", seconds: 600, origin: "http://live" };
let answers: Record<string, object | number>;
let asked: string[];
let window: EventTarget;
let states: State[];
let shown: Payload[];

function payload(position: number, as_of: number): Payload {
  return { day: "2026-11-23", position, as_of } as unknown as Payload;
}

function connect(): Connection {
  const screen = { payload: payload(7, 100), ticket: TICKET, data: "/data", renew: "/renew" } as unknown as Screen;
  const connection = new Connection(screen, {
    whole: (next) => shown.push(next),
    change: () => undefined,
    state: (state) => states.push(state),
    fresh: () => undefined,
  });
  connection.start();
  return connection;
}

function newest(): FakeSource {
  return FakeSource.made.at(-1) as FakeSource;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  [states, shown, asked] = [[], [], []];
  answers = { "/data": payload(8, 200), "/renew": TICKET };
  window = new EventTarget();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const answer = answers[address];
    if (answer === undefined) {
      throw new TypeError("no line");
    }
    return typeof answer === "number" ? new Response("", { status: answer }) : Response.json(answer);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("connection of a live screen", () => {
  it("says that it polls where the live process was dead before the page was opened", async () => {
    const connection = connect();
    newest().onerror?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual(["polling"]);
    expect(shown.at(-1)?.position).toBe(8);
    connection.stop();
  });

  it("comes back by itself, and tells the stream how old what it shows is", async () => {
    const connection = connect();
    expect(newest().asked("after")).toBe("2026-11-23.7");
    expect(newest().asked("as_of")).toBe("100");
    newest().say("snapshot", payload(7, 150), "2026-11-23.7");
    newest().say("moved", { as_of: 170 }, "2026-11-23.7");
    delete answers["/data"];
    newest().onerror?.();
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(states).toEqual(["live", "polling", "away"]);
    expect(newest().asked("as_of")).toBe("170");
    newest().say("beat", {}, "2026-11-23.7");
    expect(states.at(-1)).toBe("live");
    connection.stop();
  });

  it("says that the database is away, whoever tells so", async () => {
    const connection = connect();
    newest().say("beat", {});
    newest().say("paused", {});
    answers["/data"] = 503;
    await vi.advanceTimersByTimeAsync(11 * SECOND);
    newest().onerror?.();
    await vi.advanceTimersByTimeAsync(1 * SECOND);
    expect(states).toEqual(["live", "paused"]);
    connection.stop();
  });

  it("is not called live while the browser has no line", async () => {
    const connection = connect();
    newest().say("beat", {});
    delete answers["/data"];
    window.dispatchEvent(new Event("offline"));
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual(["live", "polling", "away"]);
    const before = FakeSource.made.length;
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(10);
    expect(FakeSource.made.length).toBe(before + 1);
    connection.stop();
  });

  it("asks for numbers once at a time on a line that is slow", async () => {
    const connection = connect();
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return new Promise(() => undefined);
    });
    newest().onerror?.();
    await vi.advanceTimersByTimeAsync(19 * SECOND);
    expect(asked.filter((address) => address === "/data")).toEqual(["/data"]);
    connection.stop();
  });

  it("comes back with a new ticket although the computer's clock was set back an hour", async () => {
    const connection = connect();
    newest().say("beat", {});
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    newest().say("beat", {});
    vi.setSystemTime(Date.now() - 3600 * SECOND);
    answers["/renew"] = { ...TICKET, ticket: "new" };
    newest().onerror?.();
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(newest().asked("ticket")).toBe("new");
    connection.stop();
  });

  it("hears that a stream has fallen silent although the computer's clock was set back an hour", async () => {
    const connection = connect();
    newest().say("beat", {});
    const before = newest();
    vi.setSystemTime(Date.now() - 3600 * SECOND);
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect(before.isClosed).toBe(true);
    expect(asked).toContain("/data");
    connection.stop();
  });

  it("asks for a new ticket in time although the computer's clock was set back an hour", async () => {
    const connection = connect();
    newest().say("beat", {});
    vi.setSystemTime(Date.now() - 3600 * SECOND);
    newest().say("beat", {});
    await vi.advanceTimersByTimeAsync(11 * SECOND);
    expect(asked).toEqual(["/renew"]);
    connection.stop();
  });

  it("ends with the login and asks nothing more", async () => {
    const connection = connect();
    newest().say("beat", {});
    answers = { "/data": 403, "/renew": 403 };
    newest().say("ended", { reason: "user" });
    await vi.advanceTimersByTimeAsync(10);
    expect(states.at(-1)).toBe("ended");
    const count = asked.length;
    await vi.advanceTimersByTimeAsync(120 * SECOND);
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect(asked.length).toBe(count);
    expect(newest().isClosed).toBe(true);
    connection.stop();
  });
});
