import { useState } from "preact/hooks";
import { duesTexts } from "../../i18n/dues";
import { formatMoney, formatMonth, formatNumber } from "../../i18n/format";
import { addMonths, monthOf, monthsFrom } from "../../rules/dates";
import { Button } from "../../ui/button";
import { Check } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { useLanguage, useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import type { DuesProps } from ".";
import { firstMonth, programmesWith, sumOf } from "./sums";

const SHOWN = 6;

/** Other income, job or programmes from a month on, with the member's own yes. Folded away: it is seldom needed. */
export function Change({ member, rules, today, send }: DuesProps) {
  const t = useTexts(duesTexts);
  const language = useLanguage();
  const before = { income: 0, jobs: [] as readonly string[], ...member.terms, programmes: member.programmes };
  // A month that has begun keeps its price; the branch head may decide otherwise.
  const first = [firstMonth(member, today), addMonths(monthOf(today), 1)].sort()[1] ?? today;
  const [from, setFrom] = useState(first);
  const [income, setIncome] = useState(String(before.income));
  const [job, setJob] = useState(before.jobs[0] ?? "");
  const [jht, setJht] = useState(member.programmes.includes("JHT"));
  const [employs, setEmploys] = useState(false);
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const after = {
    income: Number(income),
    jobs: [job, ...before.jobs.slice(1)],
    programmes: programmesWith(jht, employs),
  };
  const now = sumOf(rules, before, from, 1);
  const then = sumOf(rules, after, from, 1);
  const save = () => {
    setTried(true);
    if (name.trim() === "" || then === null) return;
    const { programmes, jobs } = after;
    const confirmation = { kind: "typed", name: name.trim() };
    const body = {
      enrolment: member.key,
      from_month: from,
      income: after.income,
      jobs: jobs.map((code) => ({ code })),
    };
    void send("change_terms", { ...body, programmes, employs_others: employs, confirmation });
  };
  return (
    <details class="fold" data-testid="dues-change">
      <summary>{t.change}</summary>
      <SelectField
        id="dues-from"
        label={t.from}
        value={from}
        onValue={setFrom}
        options={monthsFrom(first, SHOWN).map((value) => ({ value, label: formatMonth(value, language) }))}
      />
      <TextField
        id="dues-income"
        label={t.income}
        keyboard="numeric"
        prefix="Rp"
        value={income === "" ? "" : formatNumber(Number(income))}
        onValue={(typed) => setIncome(typed.replace(/\D/g, "").slice(0, 10))}
      />
      <SelectField
        id="dues-job"
        label={t.job}
        value={job}
        onValue={setJob}
        options={rules.occupations.flatMap((group) =>
          group.jobs.map((one) => ({ value: one.code, label: one.name[language] })),
        )}
      />
      <Check id="dues-jht" checked={jht || employs} disabled={employs} onChecked={setJht} label={t.jht} />
      <Check id="dues-employs" checked={employs} onChecked={setEmploys} label={t.employs} />
      {then && now && (
        <p data-testid="dues-new-price">
          <strong>{t.newPrice(formatMoney(then.total), formatMoney(now.total))}</strong>
        </p>
      )}
      {then === null && <p class="muted">{t.cannot}</p>}
      <TextField
        id="dues-name"
        label={t.confirm}
        hint={t.confirmHint}
        capitals="words"
        value={name}
        onValue={setName}
        error={tried && name.trim() === "" ? t.confirmMissing : undefined}
      />
      <p class="muted small">{t.stays}</p>
      <Button kind="primary" wide icon="check" onPress={save} testid="dues-save">
        {t.save}
      </Button>
    </details>
  );
}
