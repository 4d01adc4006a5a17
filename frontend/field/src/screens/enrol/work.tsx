import { workTexts } from "../../i18n/enrol-work";
import { formatMoney, formatNumber } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { baseIncome } from "../../rules/tariff";
import { Choice } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { useTexts } from "../../ui/preferences";
import { useFilling, useProblem } from "./context";
import { digitsOf } from "./form";
import { JobPicker } from "./job-picker";
import { isTransport } from "./quote";

const INCOME_DIGITS = 10;

/** Step 2: what the worker does and earns. */
export function WorkStep() {
  const t = useTexts(workTexts);
  const { form, change, rules } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <JobPicker />
      {form.jobs.length > 0 && (
        <p class="with-icon muted" data-testid="transport">
          <Icon name="info" /> <span>{isTransport(form, rules) ? t.transportYes : t.transportNo}</span>
        </p>
      )}
      <IncomeField />
      <Choice<"yes" | "no">
        id="employs"
        legend={t.employs}
        hint={t.employsHint}
        inline
        value={form.employs === null ? null : form.employs ? "yes" : "no"}
        onValue={(value) => change({ employs: value === "yes" })}
        error={problemOf("employs")}
        options={[
          { value: "no", label: t.employsNo },
          { value: "yes", label: t.employsYes },
        ]}
      />
    </>
  );
}

function IncomeField() {
  const t = useTexts(workTexts);
  const { form, change, rules, today } = useFilling();
  const problemOf = useProblem();
  const income = Number(form.income);
  return (
    <TextField
      id="income"
      label={t.income}
      hint={t.incomeHint}
      error={problemOf("income")}
      keyboard="numeric"
      enter="done"
      prefix="Rp"
      value={form.income === "" ? "" : formatNumber(income)}
      onValue={(typed) => change({ income: digitsOf(typed, INCOME_DIGITS) })}
      below={
        form.income !== "" && (
          <p class="field__below" data-testid="income-band">
            {t.band(
              bandNumber(rules.tariff, income, today),
              formatMoney(baseIncome(rules.tariff, income, monthOf(today))),
            )}
          </p>
        )
      }
    />
  );
}

/** Which row of the annex an income falls in, counted from 1. */
function bandNumber(tariff: Parameters<typeof baseIncome>[0], income: number, today: string): number {
  const table = tariff.bands.filter((bands) => bands.first_month <= monthOf(today)).pop();
  return table?.rows.filter(([atLeast]) => income >= atLeast).length ?? 0;
}
