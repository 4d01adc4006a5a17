import { useState } from "preact/hooks";
import { type ErrorView, engine, type ProfileView } from "../../engine";
import { lockTexts } from "../../i18n/lock";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";

/** What a forgotten PIN costs and what it does not, before anything is done. */
export function ForgottenPin({ profile, onBack }: { profile: ProfileView; onBack: () => void }) {
  const t = useTexts(lockTexts);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const replace = (): void => {
    engine.lock.addProfile(profile.id).catch((error: unknown) => setProblem(asErrorView(error)));
  };
  const sealed = profile.unsent - profile.unsealed;
  const sealedPhotos = profile.unsentPhotos - profile.unsealedPhotos;
  return (
    <Page
      title={t.forgotTitle}
      testid="screen-forgotten"
      foot={
        <div class="stack">
          <Button kind="primary" wide onPress={replace} testid="have-new-code">
            {t.forgotHaveCode}
          </Button>
          <Button wide onPress={onBack} testid="try-pin-again">
            {t.forgotTry}
          </Button>
        </div>
      }
    >
      <p>{t.forgotIntro}</p>
      {problem && <ErrorNotice error={problem} />}
      <Notice tone="done">
        <ul class="plain-list">
          {sealed > 0 && <li>{t.forgotSent(sealed)}</li>}
          {sealedPhotos > 0 && <li>{t.forgotPhotos(sealedPhotos)}</li>}
          <li>{t.forgotMembers}</li>
        </ul>
      </Notice>
      <Notice tone="needs">
        <ul class="plain-list">
          {profile.unsealed > 0 && <li>{t.forgotStuck(profile.unsealed)}</li>}
          {profile.unsealedPhotos > 0 && <li>{t.forgotPhotosStuck(profile.unsealedPhotos)}</li>}
          <li>{t.forgotLost}</li>
        </ul>
      </Notice>
      <p>{t.forgotDo}</p>
    </Page>
  );
}
