/** Says what changed in storage, in this page and in the app's other tabs. */
import type { ChannelLike } from "./surroundings";

export type Change =
  | "device"
  | "drafts"
  | "outbox"
  | "members"
  | "me"
  | "reference"
  | "preferences"
  | "token"
  | "sync"
  | "profiles"
  | "lock";

/** `here` is false for what another tab changed. */
export type Listener = (changed: readonly Change[], here: boolean) => void;

interface Message {
  readonly changed: readonly Change[];
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && Array.isArray((value as { changed?: unknown }).changed);
}

export class Changes {
  private readonly listeners = new Set<Listener>();

  constructor(private readonly channel: ChannelLike | null) {
    if (channel === null) return;
    channel.onmessage = (event) => {
      if (isMessage(event.data)) this.pass(event.data.changed, false);
    };
  }

  tell(...changed: Change[]): void {
    this.pass(changed, true);
    const message: Message = { changed };
    this.channel?.postMessage(message);
  }

  /** Calls back with what changed, here or in another tab. */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private pass(changed: readonly Change[], here: boolean): void {
    for (const listener of [...this.listeners]) listener(changed, here);
  }
}
