import type { Sex } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { identityTexts } from "../../i18n/enrol-identity";
import { Choice } from "../../ui/choice";
import { TextArea, TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { BirthFields } from "./birth-fields";
import { ContactFields } from "./contact-fields";
import { useFilling, useMark, useProblem } from "./context";
import { ExampleButton } from "./example-button";
import { KeptNotice } from "./kept";
import { Doubts, KkField, NikField } from "./number-fields";
import { PhotoField } from "./photo-field";
import { VillagePicker } from "./village-picker";

/** Step 1: who the worker is and where to find them. */
export function IdentityStep() {
  return (
    <>
      <KeptNotice />
      <ExampleButton />
      <PhotoField />
      <NikField />
      <KkField />
      <NameFields />
      <BirthFields />
      <SexField />
      <Doubts />
      <ContactFields />
      <AddressField />
      <VillagePicker />
    </>
  );
}

export function NameFields() {
  const t = useTexts(identityTexts);
  const common = useTexts(commonTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const markOf = useMark();
  return (
    <>
      <TextField
        id="name"
        label={t.name}
        hint={t.nameHint}
        capitals="words"
        maxLength={120}
        value={form.name}
        onValue={(name) => change({ name })}
        error={problemOf("name")}
        {...markOf("name")}
      />
      <TextField
        id="birth-place"
        label={t.birthPlace}
        optional={common.optional}
        capitals="words"
        maxLength={80}
        value={form.birthPlace}
        onValue={(birthPlace) => change({ birthPlace })}
        {...markOf("birth_place")}
      />
    </>
  );
}

export function SexField() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const { mark, onLeave } = useMark()("sex");
  return (
    <Choice<Sex>
      id="sex"
      legend={t.sex}
      inline
      value={form.sex}
      onValue={(sex) => change({ sex })}
      onTouch={onLeave}
      mark={mark}
      error={problemOf("sex")}
      options={[
        { value: "F", label: t.female },
        { value: "M", label: t.male },
      ]}
    />
  );
}

export function AddressField() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const markOf = useMark();
  return (
    <TextArea
      id="address"
      label={t.address}
      hint={t.addressHint}
      value={form.address}
      onValue={(address) => change({ address })}
      error={problemOf("address")}
      {...markOf("address")}
    />
  );
}
