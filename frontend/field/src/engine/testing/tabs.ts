/** Tabs of one browser for unit tests: what one posts, the others hear. */
import type { ChannelLike } from "../surroundings";

export function makeChannels(count: number): ChannelLike[] {
  const all: ChannelLike[] = [];
  for (let n = 0; n < count; n += 1) {
    const own: ChannelLike = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of all)
          if (other !== own) queueMicrotask(() => other.onmessage?.({ data } as MessageEvent<unknown>));
      },
    };
    all.push(own);
  }
  return all;
}
