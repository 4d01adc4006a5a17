import type { Relation } from "../../engine";
import { consentTexts } from "../../i18n/enrol-consent";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { focusLater } from "../../ui/focus";
import { useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import { useFilling, useProblem } from "./context";
import type { HeirTyped } from "./form";

const HEIRS_MOST = 3;

/** Up to three heirs, each a name and a relation. */
export function Heirs() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const set = (index: number, heir: HeirTyped) =>
    change({ heirs: form.heirs.map((old, at) => (at === index ? heir : old)) });
  const remove = (index: number) => {
    change({ heirs: form.heirs.filter((_, at) => at !== index) });
    focusLater("heir-add");
  };
  const add = () => {
    change({ heirs: [...form.heirs, { name: "", relation: null }] });
    focusLater(`heir-${form.heirs.length + 1}-name`);
  };
  return (
    <fieldset class="field" data-testid="heirs">
      <legend class="field__label">{t.heirs}</legend>
      <p class="field__hint">{t.heirsHint}</p>
      {form.heirs.map((heir, index) => (
        // Heirs have no identity but their place, and are removed by it.
        <HeirFields
          key={index}
          number={index + 1}
          heir={heir}
          onHeir={(next) => set(index, next)}
          onRemove={() => remove(index)}
        />
      ))}
      {form.heirs.length < HEIRS_MOST && (
        <Button icon="plus" onPress={add} testid="heir-add" id="heir-add">
          {t.addHeir}
        </Button>
      )}
    </fieldset>
  );
}

interface HeirProps {
  readonly number: number;
  readonly heir: HeirTyped;
  readonly onHeir: (heir: HeirTyped) => void;
  readonly onRemove: () => void;
}

function HeirFields({ number, heir, onHeir, onRemove }: HeirProps) {
  const t = useTexts(consentTexts);
  const problemOf = useProblem();
  const id = `heir-${number}`;
  return (
    <fieldset class="card heir" data-testid={id}>
      <legend class="field__sublabel">{t.heirNumber(number)}</legend>
      <TextField
        id={`${id}-name`}
        label={t.heirName}
        capitals="words"
        maxLength={120}
        value={heir.name}
        onValue={(name) => onHeir({ ...heir, name })}
        error={problemOf(`${id}-name`)}
      />
      <SelectField<Relation>
        id={`${id}-relation`}
        label={t.relation}
        value={heir.relation}
        onValue={(relation) => onHeir({ ...heir, relation })}
        error={problemOf(`${id}-relation`)}
        options={(["spouse", "child", "parent", "sibling", "other"] as const).map((value) => ({
          value,
          label: t[value],
        }))}
      />
      <Button kind="quiet" icon="trash" onPress={onRemove} testid={`${id}-remove`}>
        {t.remove(t.heirNumber(number))}
      </Button>
    </fieldset>
  );
}
