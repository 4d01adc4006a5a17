import { useState } from "preact/hooks";
import { duesTexts } from "../../i18n/dues";
import { formatMoney, formatMonth, inGroups } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import type { DuesProps } from ".";
import { firstMonth, MOST, type Sum, sumOf } from "./sums";

/** Any number of months from the first unpaid one, with the price of each. */
export function Ahead({ member, rules, today, send }: DuesProps) {
  const t = useTexts(duesTexts);
  const language = useLanguage();
  const offered = rules.tariff.entry.prepayment_offered.map(String);
  const [count, setCount] = useState(offered[0] ?? "1");
  const first = firstMonth(member, today);
  const terms = { income: 0, jobs: [], ...member.terms, programmes: member.programmes };
  const sum = sumOf(rules, terms, first, Number(count));
  return (
    <Section title={t.ahead} testid="dues-ahead">
      <p class="muted">{t.aheadBody(formatMonth(first, language))}</p>
      <Choice<string>
        id="dues-months"
        legend={t.count}
        inline
        value={offered.includes(count) ? count : null}
        onValue={setCount}
        options={offered.map((value) => ({ value, label: t.months(Number(value)) }))}
      />
      <TextField
        id="dues-count"
        label={t.other}
        hint={t.otherHint(MOST)}
        keyboard="numeric"
        width="2"
        maxLength={2}
        value={count}
        onValue={(typed) => setCount(typed.replace(/\D/g, ""))}
      />
      {sum && <Prices sum={sum} />}
      {member.paymentCode && <p>{t.code(inGroups(member.paymentCode))}</p>}
      <Button
        kind="primary"
        wide
        icon="wallet"
        disabled={sum === null}
        onPress={() => void send("advance_bill", { enrolment: member.key, months: Number(count) })}
        testid="dues-make"
      >
        {t.make}
      </Button>
    </Section>
  );
}

/** The sum first, then where it comes from. */
export function Prices({ sum }: { sum: Sum }) {
  const t = useTexts(duesTexts);
  const language = useLanguage();
  return (
    <div data-testid="dues-prices">
      <p class="cover">
        <strong data-testid="dues-total">{formatMoney(sum.total)}</strong>
        {sum.relief > 0 && <span class="muted">{t.relief(formatMoney(sum.relief))}</span>}
      </p>
      <dl class="facts">
        {sum.months.map((month) => (
          <div key={month.month}>
            <dt>{formatMonth(month.month, language)}</dt>
            <dd>{formatMoney(month.total)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
