import { useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { lockTexts } from "../../i18n/lock";
import { Button, ButtonLink } from "../../ui/button";
import { Check, Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { navigate } from "../../ui/route";
import { toast } from "../../ui/toast";

const MINUTES = ["1", "2", "5", "10", "15"] as const;

/** Of the settings: PIN, idle lock, another agent, and leaving this phone. */
export function SecuritySection() {
  const t = useTexts(lockTexts);
  const { idleMinutes } = useValue(engine.lock.state);
  const damaged = useValue(engine.damaged);
  const switchAgent = (): void => {
    navigate("#/agents", "replace");
    engine.lock.lock();
  };
  return (
    <Section title={t.security} testid="settings-security">
      {damaged > 0 && (
        <Notice tone="needs" title={t.damaged(damaged)} testid="damaged">
          <p>{t.damagedBody}</p>
        </Notice>
      )}
      <Choice<string>
        id="idle-minutes"
        legend={t.idle}
        inline
        value={String(idleMinutes)}
        onValue={(minutes) => void engine.lock.setIdleMinutes(Number(minutes))}
        options={MINUTES.map((value) => ({ value, label: t.minutes(Number(value)) }))}
      />
      <div class="stack">
        <Button icon="shield" wide onPress={() => engine.lock.lock()} testid="lock-now">
          {t.lockNow}
        </Button>
        <ButtonLink icon="pen" wide href="#/pin" testid="change-pin">
          {t.changeTitle}
        </ButtonLink>
        <Button icon="people" wide onPress={switchAgent} testid="settings-switch-agent">
          {t.switchAgent}
        </Button>
      </div>
      <RemoveProfile />
    </Section>
  );
}

function RemoveProfile() {
  const t = useTexts(lockTexts);
  const { profile } = useValue(engine.lock.state);
  const { unsent, unsentPhotos } = useValue(engine.sync.state);
  const drafts = useValue(engine.drafts.list).length;
  const [understood, setUnderstood] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  if (profile === null) return null;
  const loses = unsent + unsentPhotos + drafts > 0;
  const remove = (): void => {
    engine.lock.removeProfile(profile.id, understood).then(
      () => toast(t.removed),
      (error: unknown) => setProblem(asErrorView(error)),
    );
  };
  return (
    <details class="fold" data-testid="remove-profile">
      <summary>{t.remove}</summary>
      <p>{t.removeBody}</p>
      {loses && (
        <Notice tone="stop" testid="remove-loses">
          {unsent > 0 && <p>{t.removeUnsent(unsent)}</p>}
          {unsentPhotos > 0 && <p>{t.removePhotos(unsentPhotos)}</p>}
          {drafts > 0 && <p>{t.removeDrafts(drafts)}</p>}
          <p>{t.removeFirst}</p>
        </Notice>
      )}
      {(loses || problem?.code === "unsent_left") && (
        <Check id="remove-understood" checked={understood} onChecked={setUnderstood} label={t.removeUnderstood} />
      )}
      {problem && <ErrorNotice error={problem} />}
      <Button kind="stop" icon="trash" wide onPress={remove} disabled={loses && !understood} testid="remove-confirm">
        {t.remove}
      </Button>
    </details>
  );
}
