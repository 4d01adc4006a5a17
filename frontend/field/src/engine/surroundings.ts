/** What the engine takes from the world around it, so that a test can give it another. */
import { browserRoom, type Room } from "./keeping";
import { TurnLocks } from "./turn-locks";

export interface LockLike {
  request<T>(name: string, act: () => Promise<T>): Promise<T>;
  request<T>(name: string, options: { ifAvailable: true }, act: (lock: object | null) => Promise<T>): Promise<T>;
}

export interface ChannelLike {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

export interface Surroundings {
  readonly fetch: typeof fetch;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Monotonic clock, ms since this session of the app began. */
  readonly mono: () => number;
  /** Names this session of the app: monotonic readings of another one mean nothing here. */
  readonly session: string;
  readonly random: () => number;
  readonly online: () => boolean;
  readonly locks: LockLike | null;
  readonly channel: ChannelLike | null;
  /** How much room there is, and whether the browser may clear our storage. */
  readonly room: Room;
  /** Where the server is; empty for the same origin. */
  readonly base: string;
  readonly version: string;
  readonly agentName: string;
}

/** "Android 11, Chrome 120": enough for the branch to tell two phones apart, no fingerprint. */
export function describeBrowser(userAgent: string): string {
  const system = /Android [\d.]+|iPhone OS [\d_]+|Windows NT [\d.]+|Mac OS X|Linux/.exec(userAgent)?.[0] ?? "?";
  const browser = /(SamsungBrowser|Firefox|Edg|OPR|Chrome|Safari)\/\d+/.exec(userAgent)?.[0] ?? "?";
  return `${system.replaceAll("_", ".")}, ${browser.replace("/", " ")}`;
}

export function browserSurroundings(version: string): Surroundings {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    mono: () => performance.now(),
    session: crypto.getRandomValues(new Uint32Array(4)).join("-"),
    random: () => Math.random(),
    online: () => navigator.onLine,
    locks: "locks" in navigator ? (navigator.locks as unknown as LockLike) : new TurnLocks(),
    channel: "BroadcastChannel" in globalThis ? new BroadcastChannel("perisai") : null,
    room: browserRoom(),
    base: "",
    version,
    agentName: describeBrowser(navigator.userAgent),
  };
}
