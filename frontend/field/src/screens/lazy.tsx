import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { NotCome } from "../bring";
import { commonTexts } from "../i18n/common";
import { firstPaintDone, lineMayBeBack } from "../moments";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { useTexts } from "../ui/preferences";

const LONGEST_MS = 15_000;
/** What brings the code of each screen. */
const loads: (() => Promise<unknown>)[] = [];

/**
 * Brings the code of all screens as soon as the first one is drawn, one after the other and until all are there: a line that
 * is cut later shuts none of them. Where a service worker has taken the page over, its cache has them.
 */
export async function fetchScreens(): Promise<void> {
  if (navigator.serviceWorker?.controller) return;
  await firstPaintDone();
  for (const load of loads) {
    for (let failures = 1; !(await isThere(load)); failures += 1) await lineMayBeBack(failures, LONGEST_MS);
  }
}

function isThere(load: () => Promise<unknown>): Promise<boolean> {
  return load().then(
    () => true,
    () => false,
  );
}

/** A screen whose code comes when it is first opened, or before (`fetchScreens`). */
export function lazyScreen<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let found: FunctionComponent<Props> | null = null;
  loads.push(load);
  return function LazyScreen(props: Props) {
    const [failure, setFailure] = useState<unknown>(null);
    const [attempt, setAttempt] = useState(0);
    const [, redraw] = useState(0);
    // A new attempt is a new reason to load.
    useEffect(() => {
      if (found) return;
      let isOver = false;
      load().then(
        (screen) => {
          found = screen;
          redraw((count) => count + 1);
        },
        (reason: unknown) => {
          setFailure(reason);
          void lineMayBeBack(attempt + 1, LONGEST_MS).then(() => isOver || setAttempt(attempt + 1));
        },
      );
      return () => {
        isOver = true;
      };
    }, [attempt]);
    const again = () => {
      // Its files are here and the browser does not take them: it does so for no asking, only for a new page.
      if (!(failure instanceof NotCome)) location.reload();
      setFailure(null);
      setAttempt(attempt + 1);
    };
    if (found) {
      const Found = found;
      return <Found {...props} />;
    }
    return failure ? <Failed onAgain={again} /> : <Waiting />;
  };
}

function Waiting() {
  const t = useTexts(commonTexts);
  return (
    <main class="page page--waiting" aria-busy="true">
      <p class="appear-late">{t.loading}</p>
    </main>
  );
}

function Failed({ onAgain }: { onAgain: () => void }) {
  const t = useTexts(commonTexts);
  return (
    <main class="page">
      <Notice tone="needs" title={t.screenFailed} live>
        <p>{t.screenFailedBody}</p>
        <Button onPress={onAgain}>{t.tryAgain}</Button>
      </Notice>
    </main>
  );
}
