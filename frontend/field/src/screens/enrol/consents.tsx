import type { ConsentPurpose } from "../../engine";
import { consentTexts } from "../../i18n/enrol-consent";
import { Check } from "../../ui/choice";
import { useSay, useTexts } from "../../ui/preferences";
import { consentsOn } from "./body";
import { useFilling, useProblem } from "./context";
import { ReadAloud } from "./read-aloud";

/** What the worker agrees to, one purpose each, in large letters and, where the phone has a voice, read aloud. */
export function Consents() {
  const t = useTexts(consentTexts);
  const say = useSay();
  const { form, change, rules, today, photo } = useFilling();
  const problemOf = useProblem();
  const set = (purpose: ConsentPurpose, given: boolean) => change({ consents: { ...form.consents, [purpose]: given } });
  const consents = consentsOn(rules, today);
  return (
    <fieldset class="field" data-testid="consents">
      <legend class="field__label">{t.consentTitle}</legend>
      <p class="field__hint">{t.consentHint}</p>
      <ReadAloud texts={consents.map((consent) => `${say(consent.title)}. ${say(consent.text)}`)} />
      {consents.map((consent) => {
        const purpose = consent.purpose as ConsentPurpose;
        const given = form.consents[purpose] === true;
        return (
          <div key={purpose} class="consent">
            <p class="consent__text" id={`consent-${purpose}-text`}>
              {say(consent.text)}
            </p>
            <Check
              id={`consent-${purpose}`}
              checked={given}
              onChecked={(checked) => set(purpose, checked)}
              label={`${t.agree(say(consent.title))}${consent.required ? ` (${t.required})` : ""}`}
              described={`consent-${purpose}-text`}
              error={problemOf(`consent-${purpose}`)}
            />
            {purpose === "photo" && photo && !given && <p class="muted small">{t.photoRefused}</p>}
          </div>
        );
      })}
    </fieldset>
  );
}
