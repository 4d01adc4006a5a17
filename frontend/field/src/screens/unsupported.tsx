import type { ErrorView } from "../engine";
import { activateTexts } from "../i18n/activate";
import { ErrorNotice } from "../ui/error-notice";
import { Notice } from "../ui/notice";
import { Page } from "../ui/page";
import { useTexts } from "../ui/preferences";

/** Why the app cannot work here, in plain words, above all when the address is not secure. */
export function UnsupportedScreen({ problem }: { problem: ErrorView | null }) {
  const t = useTexts(activateTexts);
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
