import type { BirthKnown } from "../../engine";
import { identityTexts } from "../../i18n/enrol-identity";
import { formatDate } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { DateFields, type DatePart } from "../../ui/date-fields";
import { TextField } from "../../ui/field";
import { focusLater } from "../../ui/focus";
import { useLanguage, useTexts } from "../../ui/preferences";
import { birthOf } from "./birth";
import { useFilling, useMark, useProblem } from "./context";
import { digitsOf } from "./form";

const PARTS: Record<Exclude<BirthKnown, "estimate">, readonly DatePart[]> = {
  day: ["day", "month", "year"],
  month: ["month", "year"],
  year: ["year"],
};

/** The birth date, or what is known of it: month and year, the year, about how old. */
export function BirthFields() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const { mark, onLeave } = useMark()("birth_date");
  const unknown = () => {
    change({ birthKnown: "month" });
    focusLater("birth-known");
  };
  return (
    <>
      {form.birthKnown !== "day" && <KnownChoice />}
      {form.birthKnown === "estimate" ? (
        <AgeField />
      ) : (
        <DateFields
          id="birth-date"
          legend={t.birthDate}
          hint={form.birthKnown === "day" ? t.birthHint : undefined}
          labels={{ day: t.day, month: t.month, year: t.year }}
          parts={PARTS[form.birthKnown]}
          value={form.birth}
          onValue={(birth) => change({ birth })}
          error={problemOf("birth-date")}
          mark={mark}
          onLeave={onLeave}
        />
      )}
      {form.birthKnown === "day" ? (
        <div>
          <Button kind="quiet" onPress={unknown} testid="birth-unknown">
            {t.birthUnknown}
          </Button>
        </div>
      ) : (
        <StandIn />
      )}
    </>
  );
}

function KnownChoice() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  return (
    <Choice<BirthKnown>
      id="birth-known"
      legend={t.birthKnown}
      inline
      value={form.birthKnown}
      onValue={(birthKnown) => change({ birthKnown })}
      options={[
        { value: "month", label: t.birthByMonth },
        { value: "year", label: t.birthByYear },
        { value: "estimate", label: t.birthByAge },
        { value: "day", label: t.birthByDay },
      ]}
    />
  );
}

function AgeField() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <TextField
      id="age"
      label={t.age}
      hint={t.ageHint}
      keyboard="numeric"
      width="4"
      maxLength={3}
      value={form.age}
      onValue={(typed) => change({ age: digitsOf(typed, 3) })}
      error={problemOf("age")}
    />
  );
}

function StandIn() {
  const t = useTexts(identityTexts);
  const language = useLanguage();
  const { form, today } = useFilling();
  const date = birthOf(form, today);
  return (
    <p class="muted small" role="status" data-testid="birth-noted">
      {date && t.birthNoted(formatDate(date, language))}
    </p>
  );
}
