import type { ConsentPurpose } from "../../engine";
import { enrolTexts } from "../../i18n/enrol";
import { formatInstant } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Check, Choice } from "../../ui/choice";
import { FieldError, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { useNow } from "../../ui/observe";
import { useLanguage, useSay, useTexts } from "../../ui/preferences";
import { SignaturePad } from "../../ui/signature-pad";
import { consentsOn } from "./body";
import { useFilling, useProblem } from "./context";
import { Heirs } from "./heirs";

/** Step 4: who receives the benefit, and what the worker agrees to. */
export function ConsentStep() {
  return (
    <>
      <Heirs />
      <Consents />
      <SignatureField />
      <PlaceAndTime />
    </>
  );
}

function Consents() {
  const t = useTexts(enrolTexts);
  const say = useSay();
  const { form, change, rules, today, photo } = useFilling();
  const problemOf = useProblem();
  const set = (purpose: ConsentPurpose, given: boolean) => change({ consents: { ...form.consents, [purpose]: given } });
  return (
    <fieldset class="field" data-testid="consents">
      <legend class="field__label">{t.consentTitle}</legend>
      <p class="field__hint">{t.consentHint}</p>
      {consentsOn(rules, today).map((consent) => {
        const purpose = consent.purpose as ConsentPurpose;
        const given = form.consents[purpose] === true;
        return (
          <div key={purpose}>
            <Check
              id={`consent-${purpose}`}
              checked={given}
              onChecked={(checked) => set(purpose, checked)}
              label={`${t.agree(say(consent.title))}${consent.required ? ` (${t.required})` : ""}`}
              error={problemOf(`consent-${purpose}`)}
            >
              {say(consent.text)}
            </Check>
            {purpose === "photo" && photo && !given && <p class="muted small">{t.photoRefused}</p>}
          </div>
        );
      })}
    </fieldset>
  );
}

function SignatureField() {
  const t = useTexts(enrolTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <Choice<"typed" | "drawn">
        id="signing"
        legend={t.signature}
        inline
        value={form.signing}
        onValue={(signing) => change({ signing })}
        options={[
          { value: "typed", label: t.typed },
          { value: "drawn", label: t.drawn },
        ]}
      />
      {form.signing === "typed" ? (
        <TextField
          id="signature-name"
          label={t.signatureName}
          capitals="words"
          enter="done"
          maxLength={120}
          value={form.signatureName}
          onValue={(signatureName) => change({ signatureName })}
          error={problemOf("signature-name")}
        />
      ) : (
        <div class="field">
          <p class="field__hint">{t.signHere}</p>
          <FieldError id="signature" error={problemOf("signature-clear")} />
          <SignaturePad
            id="signature"
            label={form.signatureSvg ? t.signed : t.signHere}
            value={form.signatureSvg}
            onValue={(signatureSvg) => change({ signatureSvg })}
          />
          <Button
            kind="quiet"
            icon="undo"
            onPress={() => change({ signatureSvg: "" })}
            testid="signature-clear"
            id="signature-clear"
          >
            {t.clearSignature}
          </Button>
        </div>
      )}
    </>
  );
}

function PlaceAndTime() {
  const t = useTexts(enrolTexts);
  const language = useLanguage();
  const { place, timezone } = useFilling();
  const now = useNow();
  const where =
    place === "finding" ? t.placeFinding : place ? t.placeFound(Math.round(place.accuracy)) : t.placeMissing;
  return (
    <div class="muted" role="status" data-testid="place">
      <p class="with-icon">
        <Icon name="info" size={20} /> <span>{where}</span>
      </p>
      <p class="with-icon">
        <Icon name="clock" size={20} /> <span>{t.timeNoted(formatInstant(now, timezone, language))}</span>
      </p>
    </div>
  );
}
