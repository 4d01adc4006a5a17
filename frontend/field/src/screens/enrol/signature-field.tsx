import type { FunctionComponent } from "preact";
import type { Signature } from "../../engine";
import { consentTexts } from "../../i18n/enrol-consent";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { FieldError, TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { SignaturePad } from "../../ui/signature-pad";
import { useFilling, useProblem } from "./context";
import { SpokenConsent } from "./spoken-consent";
import { ThumbConsent } from "./thumb-consent";

type Kind = Signature["kind"];

const WAYS: Record<Kind, FunctionComponent> = {
  typed: TypedConsent,
  drawn: DrawnConsent,
  thumb: ThumbConsent,
  spoken: SpokenConsent,
};

/** The worker's own yes, in the way that they can give it. */
export function SignatureField() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const Way = WAYS[form.signing];
  return (
    <>
      <Choice<Kind>
        id="signing"
        legend={t.signature}
        inline
        value={form.signing}
        onValue={(signing) => change({ signing })}
        options={[
          { value: "typed", label: t.typed },
          { value: "drawn", label: t.drawn },
          { value: "thumb", label: t.thumb },
          { value: "spoken", label: t.spoken },
        ]}
      />
      <Way />
    </>
  );
}

function TypedConsent() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
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
  );
}

function DrawnConsent() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
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
  );
}
