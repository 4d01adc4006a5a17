import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { commonTexts } from "../i18n/common";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { useTexts } from "../ui/preferences";

/** A screen whose code comes when it is first opened. It is precached, so that this works offline too. */
export function lazyScreen<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let found: FunctionComponent<Props> | null = null;
  return function LazyScreen(props: Props) {
    const [failed, setFailed] = useState(false);
    const [attempt, setAttempt] = useState(0);
    const [, redraw] = useState(0);
    // A new attempt is a new reason to load.
    useEffect(() => {
      if (found) return;
      load().then(
        (screen) => {
          found = screen;
          redraw((count) => count + 1);
        },
        () => setFailed(true),
      );
    }, [attempt]);
    const again = () => {
      setFailed(false);
      setAttempt(attempt + 1);
    };
    if (found) {
      const Found = found;
      return <Found {...props} />;
    }
    return failed ? <Failed onAgain={again} /> : <Waiting />;
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
