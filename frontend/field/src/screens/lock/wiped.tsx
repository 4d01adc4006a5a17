import { engine } from "../../engine";
import { activateTexts } from "../../i18n/activate";
import { lockTexts } from "../../i18n/lock";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";

/** The branch had switched this phone off, nothing was left to send, and it was emptied. */
export function WipedScreen() {
  const t = useTexts(lockTexts);
  const { backToAgents } = useTexts(activateTexts);
  const { profiles } = useValue(engine.lock.state);
  return (
    <div class="app">
      <Page
        title={t.wipedTitle}
        testid="screen-wiped"
        foot={
          <div class="stack">
            <Button kind="primary" wide onPress={() => void engine.lock.addProfile()} testid="wiped-activate">
              {t.wipedActivate}
            </Button>
            {profiles.length > 0 && (
              <Button wide onPress={() => engine.lock.lock()} testid="wiped-agents">
                {backToAgents}
              </Button>
            )}
          </div>
        }
      >
        <p>{t.wipedBody}</p>
        <Notice tone="done">
          <p>{t.wipedSafe}</p>
        </Notice>
        <p>{t.wipedDo}</p>
      </Page>
    </div>
  );
}
