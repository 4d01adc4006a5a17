import { useEffect } from "preact/hooks";
import type { ErrorView } from "../engine";
import { activateTexts } from "../i18n/activate";
import { commonTexts } from "../i18n/common";
import { Button } from "../ui/button";
import { ErrorNotice } from "../ui/error-notice";
import { Notice } from "../ui/notice";
import { Page } from "../ui/page";
import { useTexts } from "../ui/preferences";

/** Why the app cannot work here, in plain words, above all when the address is not secure. */
export function UnsupportedScreen({ problem }: { problem: ErrorView | null }) {
  const t = useTexts(activateTexts);
  if (problem?.code === "storage_full") return <NoRoomScreen problem={problem} />;
  return (
    <div class="app">
      <Page title={t.title} testid="screen-unsupported">
        {problem?.code === "insecure" || !window.isSecureContext ? (
          <Notice tone="stop" title={t.insecureTitle} testid="insecure">
            <p>
              {t.insecureBody} <strong class="breakable">{location.origin}</strong>
            </p>
            <p>{t.insecureAction}</p>
          </Notice>
        ) : (
          <ErrorNotice error={problem ?? { code: "unsupported", text: null }} />
        )}
      </Page>
    </div>
  );
}

/** A phone too full to begin with: whoever left to make room finds the app open when they come back. */
function NoRoomScreen({ problem }: { problem: ErrorView }) {
  const t = useTexts(activateTexts);
  const common = useTexts(commonTexts);
  const again = () => location.reload();
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, []);
  return (
    <div class="app">
      <Page title={t.notOpen} testid="screen-no-room">
        <ErrorNotice error={problem} />
        <Button kind="primary" wide onPress={again} testid="open-again">
          {common.tryAgain}
        </Button>
      </Page>
    </div>
  );
}
