import type { PhoneOwner, Sex } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { Choice } from "../../ui/choice";
import { DateFields } from "../../ui/date-fields";
import { TextArea, TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { useFilling, useProblem } from "./context";
import { Doubts, KkField, NikField } from "./number-fields";
import { PhotoField } from "./photo-field";
import { VillagePicker } from "./village-picker";

/** Step 1: who the worker is and where to find them. */
export function IdentityStep() {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <NikField />
      <KkField />
      <TextField
        id="name"
        label={t.name}
        hint={t.nameHint}
        capitals="words"
        maxLength={120}
        value={form.name}
        onValue={(name) => change({ name })}
        error={problemOf("name")}
      />
      <TextField
        id="birth-place"
        label={t.birthPlace}
        optional={common.optional}
        capitals="words"
        maxLength={80}
        value={form.birthPlace}
        onValue={(birthPlace) => change({ birthPlace })}
      />
      <BirthAndSex />
      <Doubts />
      <PhoneFields />
      <TextArea
        id="address"
        label={t.address}
        hint={t.addressHint}
        value={form.address}
        onValue={(address) => change({ address })}
        error={problemOf("address")}
      />
      <VillagePicker />
      <PhotoField />
    </>
  );
}

function BirthAndSex() {
  const t = useTexts(enrolTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <DateFields
        id="birth-date"
        legend={t.birthDate}
        hint={t.birthHint}
        labels={{ day: t.day, month: t.month, year: t.year }}
        value={form.birth}
        onValue={(birth) => change({ birth })}
        error={problemOf("birth-date")}
      />
      <Choice<Sex>
        id="sex"
        legend={t.sex}
        inline
        value={form.sex}
        onValue={(sex) => change({ sex })}
        error={problemOf("sex")}
        options={[
          { value: "F", label: t.female },
          { value: "M", label: t.male },
        ]}
      />
    </>
  );
}

function PhoneFields() {
  const t = useTexts(enrolTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <Choice<PhoneOwner>
        id="phone-owner"
        legend={t.phoneOwner}
        value={form.phoneOwner}
        onValue={(phoneOwner) => change({ phoneOwner })}
        error={problemOf("phone-owner")}
        options={[
          { value: "own", label: t.ownPhone },
          { value: "family", label: t.familyPhone },
          { value: "none", label: t.noPhone },
        ]}
      />
      {form.phoneOwner !== null && form.phoneOwner !== "none" && (
        <TextField
          id="phone"
          label={t.phone}
          hint={t.phoneHint}
          keyboard="tel"
          maxLength={20}
          value={form.phone}
          onValue={(phone) => change({ phone })}
          error={problemOf("phone")}
        />
      )}
    </>
  );
}
