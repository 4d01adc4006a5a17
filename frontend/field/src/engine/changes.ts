/** Says what changed in storage, in this page and in the app's other tabs. */
import type { ChannelLike } from "./surroundings";

export type Change = "device" | "drafts" | "outbox" | "members" | "me" | "reference" | "preferences" | "token" | "sync";

interface Message {
  readonly changed: readonly Change[];
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && Array.isArray((value as { changed?: unknown }).changed);
}

export class Changes {
  private readonly listeners = new Set<(changed: readonly Change[]) => void>();

  constructor(private readonly channel: ChannelLike | null) {
    if (channel === null) return;
    channel.onmessage = (event) => {
      if (isMessage(event.data)) this.tellHere(event.data.changed);
    };
  }

  tell(...changed: Change[]): void {
    this.tellHere(changed);
    const message: Message = { changed };
    this.channel?.postMessage(message);
  }

  /** Calls back with what changed, here or in another tab. */
  on(listener: (changed: readonly Change[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tellHere(changed: readonly Change[]): void {
    for (const listener of [...this.listeners]) listener(changed);
  }
}
