import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Observable } from "../engine";

/** The present value of something that changes; draws again when it does. */
export function useValue<T>(observable: Observable<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    const shown = observable.get();
    const stop = observable.subscribe(() => redraw((count) => count + 1));
    if (observable.get() !== shown) redraw((count) => count + 1);
    return stop;
  }, [observable]);
  return observable.get();
}

/** The phone's clock, told anew every half minute, for ages of things. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "done"; readonly value: T }
  | { readonly state: "failed"; readonly error: unknown };

/** What a promise gives, asked again when one of `when` changes; the old answer stays until the new one is there. */
export function useLoaded<T>(load: () => Promise<T>, when: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  // The caller names what the answer depends on. Asked before the screen is drawn: an answer at hand is drawn with it.
  useLayoutEffect(() => {
    let wanted = true;
    load().then(
      (value) => wanted && setLoaded({ state: "done", value }),
      (error: unknown) => wanted && setLoaded({ state: "failed", error }),
    );
    return () => {
      wanted = false;
    };
  }, when);
  return loaded;
}
