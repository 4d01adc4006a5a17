import type { Witness } from "../../engine";
import { consentTexts } from "../../i18n/enrol-consent";
import { Button } from "../../ui/button";
import { FieldError, TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import { ThumbPad } from "../../ui/thumb-pad";
import { useFilling, useProblem } from "./context";

/** For who cannot write: a thumb held on the glass, and somebody who saw it. */
export function ThumbConsent() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <div class="field">
        <p class="field__hint" id="thumb-hint">
          {t.thumbHint}
        </p>
        <FieldError id="thumb" error={problemOf("thumb")} />
        <ThumbPad
          id="thumb"
          labels={{ empty: t.thumbPad, holding: t.thumbHold, done: t.thumbDone }}
          value={form.thumbSvg}
          onValue={(thumbSvg) => change({ thumbSvg })}
        />
        {form.thumbSvg !== "" && (
          <Button kind="quiet" icon="undo" onPress={() => change({ thumbSvg: "" })} testid="thumb-again">
            {t.thumbAgain}
          </Button>
        )}
      </div>
      <WitnessFields />
    </>
  );
}

function WitnessFields() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <fieldset class="card heir" data-testid="witness">
      <legend class="field__sublabel">{t.witness}</legend>
      <TextField
        id="witness-name"
        label={t.witnessName}
        hint={t.witnessHint}
        capitals="words"
        maxLength={120}
        value={form.witnessName}
        onValue={(witnessName) => change({ witnessName })}
        error={problemOf("witness-name")}
      />
      <SelectField<Witness["relation"]>
        id="witness-relation"
        label={t.witnessRelation}
        value={form.witnessRelation}
        onValue={(witnessRelation) => change({ witnessRelation })}
        error={problemOf("witness-relation")}
        options={[
          { value: "family", label: t.family },
          { value: "neighbour", label: t.neighbour },
          { value: "coordinator", label: t.coordinator },
          { value: "other", label: t.witnessOther },
        ]}
      />
    </fieldset>
  );
}
