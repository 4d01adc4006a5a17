import { useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { sayError } from "../../i18n/errors";
import { lockTexts } from "../../i18n/lock";
import { asErrorView } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { navigate } from "../../ui/route";
import { toast } from "../../ui/toast";
import { PinEntry } from "./pin-entry";

/** A new PIN typed twice; `save` is called when both are the same. */
function useNewPin(save: (pin: string) => Promise<void>) {
  const t = useTexts(lockTexts);
  const language = useLanguage();
  const [first, setFirst] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const say = (error: ErrorView): void => {
    const { what, action } = sayError(error, language);
    setProblem(`${what} ${action}`);
  };
  const take = async (pin: string): Promise<void> => {
    setProblem(null);
    if (first === null) {
      if (engine.lock.isWeak(pin)) return say({ code: "pin_weak", text: null });
      return setFirst(pin);
    }
    setFirst(null);
    if (pin !== first) return setProblem(t.chooseDifferent);
    await save(pin).catch((error: unknown) => say(asErrorView(error)));
  };
  return { label: first === null ? t.chooseFirst : t.chooseAgain, problem, take };
}

function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="pin__problem" role="alert" data-testid="pin-problem">
      <Icon name="warning" size={20} />
      <span>{text}</span>
    </p>
  );
}

/** After activation, and for what was kept before there were PINs: nothing else is reachable until one is chosen. */
export function ChoosePinScreen() {
  const t = useTexts(lockTexts);
  const { label, problem, take } = useNewPin((pin) => engine.lock.choose(pin));
  return (
    <div class="app">
      <Page title={t.chooseTitle} testid="screen-choose-pin">
        <div class="stack">
          <p>
            {t.chooseWhy} {t.chooseWhyMore}
          </p>
          <p class="muted with-icon">
            <Icon name="shield" />
            <span>{t.chooseForget}</span>
          </p>
        </div>
        <PinEntry key={label} label={label} busyText={t.chooseSaving} onPin={take}>
          {problem === null ? <p class="muted">{t.chooseHow}</p> : <Problem text={problem} />}
        </PinEntry>
      </Page>
    </div>
  );
}

/** From the settings: the present PIN, then the new one twice. */
export function ChangePinScreen() {
  const t = useTexts(lockTexts);
  const common = useTexts(commonTexts);
  const [present, setPresent] = useState<string | null>(null);
  const save = async (next: string): Promise<void> => {
    const known = present ?? "";
    setPresent(null);
    await engine.lock.change(known, next);
    toast(t.changed);
    navigate("#/settings", "replace");
  };
  const { label, problem, take } = useNewPin(save);
  const shown = present === null ? t.changePresent : label;
  return (
    <Page title={t.changeTitle} back={{ href: "#/settings", label: common.back }} testid="screen-change-pin">
      <PinEntry key={shown} label={shown} busyText={t.checking} onPin={present === null ? setPresent : take}>
        {problem !== null && <Problem text={problem} />}
        {problem === null && present !== null && <p class="muted">{t.chooseHow}</p>}
      </PinEntry>
      <Notice tone="note">
        <p>{t.chooseForget}</p>
      </Notice>
    </Page>
  );
}
