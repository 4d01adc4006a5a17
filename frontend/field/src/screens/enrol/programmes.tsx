import { useState } from "preact/hooks";
import { workTexts } from "../../i18n/enrol-work";
import { formatMoney, formatMonth } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { Check, Choice } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { useLanguage, useSay, useTexts } from "../../ui/preferences";
import { useFilling, useProblem } from "./context";
import { digitsOf } from "./form";
import { programmesOf, type Quote, quoteOf, usualOf } from "./quote";

/** Lists of more months begin folded. */
const UNFOLDED_MOST = 3;

/** Step 3: what is insured, for how long, and what it costs. */
export function ProgrammesStep() {
  const t = useTexts(workTexts);
  const { form, rules, today } = useFilling();
  const quote = quoteOf(form, rules, monthOf(today));
  return (
    <>
      <Programmes />
      <MonthsField />
      {quote ? <Price quote={quote} unfolded /> : <Notice tone="note">{t.priceMissing}</Notice>}
    </>
  );
}

function Programmes() {
  const t = useTexts(workTexts);
  const { form, change, rules } = useFilling();
  const forced = form.employs === true;
  const jht = programmesOf(form, rules).includes("JHT");
  const fixed = [
    { code: "JKK", name: t.jkk, detail: t.jkkDetail },
    { code: "JKM", name: t.jkm, detail: t.jkmDetail },
  ];
  return (
    <fieldset class="field">
      <legend class="field__label">{t.programmesTitle}</legend>
      <ul class="programmes">
        {fixed.map((programme) => (
          <li key={programme.code} data-testid={`programme-${programme.code}`}>
            <Icon name="check" />
            <span>
              <strong>{programme.name}</strong>
              <span class="muted small">
                {programme.detail}. {t.always}.
              </span>
            </span>
          </li>
        ))}
      </ul>
      <Check id="jht" checked={jht} disabled={forced} onChecked={(checked) => change({ jht: checked })} label={t.jht}>
        {forced ? t.jhtForced : t.jhtDetail}
      </Check>
    </fieldset>
  );
}

function MonthsField() {
  const t = useTexts(workTexts);
  const { form, change, rules } = useFilling();
  const problemOf = useProblem();
  const offered = rules.tariff.entry.prepayment_offered.map(String);
  const [other, setOther] = useState(!offered.includes(form.months));
  const choose = (value: string) => {
    setOther(value === "other");
    if (value !== "other") change({ months: value });
  };
  return (
    <>
      <Choice<string>
        id="months"
        legend={t.months}
        inline
        value={other ? "other" : form.months}
        onValue={choose}
        error={other ? undefined : problemOf("months")}
        options={[
          ...offered.map((value) => ({ value, label: t.monthsCount(Number(value)) })),
          { value: "other", label: t.otherMonths },
        ]}
      />
      {other && (
        <TextField
          id="months-number"
          label={t.monthsOther}
          keyboard="numeric"
          enter="done"
          width="2"
          value={form.months}
          onValue={(typed) => change({ months: digitsOf(typed, 2) })}
          error={problemOf("months")}
        />
      )}
    </>
  );
}

/** The sum first, then where it comes from, then what is not in it. */
export function Price({ quote, unfolded }: { quote: Quote; unfolded: boolean }) {
  const t = useTexts(workTexts);
  const language = useLanguage();
  const [first, last] = [quote.months[0], quote.months[quote.months.length - 1]];
  const saved = quote.usual - quote.total;
  return (
    <section class="card price" aria-live="polite" data-testid="price">
      <h2 class="tile__name">{t.total}</h2>
      <p>
        <strong class="price__total" data-testid="price-total" data-amount={quote.total}>
          {formatMoney(quote.total)}
        </strong>
        {saved > 0 && <s class="muted">{formatMoney(quote.usual)}</s>}
      </p>
      <p class="muted">
        {t.forMonths(
          quote.months.length,
          formatMonth(first?.month ?? "", language),
          formatMonth(last?.month ?? "", language),
        )}
      </p>
      {saved > 0 && <ReliefNote quote={quote} saved={saved} />}
      <MonthList quote={quote} unfolded={unfolded} />
      <p class="muted small">{t.priceNote}</p>
      <p class="muted small">{t.notIncluded}</p>
    </section>
  );
}

function ReliefNote({ quote, saved }: { quote: Quote; saved: number }) {
  const t = useTexts(workTexts);
  const say = useSay();
  const { rules } = useFilling();
  const used = rules.tariff.reliefs.filter((relief) => quote.months.some((month) => month.reliefRule === relief.id));
  return (
    <Notice tone="done" title={t.saved(formatMoney(saved))} testid="relief">
      <p>{used.map((relief) => say(relief.name)).join(", ")}</p>
      <p>{t.reliefNote}</p>
    </Notice>
  );
}

function MonthList({ quote, unfolded }: { quote: Quote; unfolded: boolean }) {
  const t = useTexts(workTexts);
  const language = useLanguage();
  return (
    <details class="fold fold--plain" open={unfolded && quote.months.length <= UNFOLDED_MOST}>
      <summary>{t.perMonthList}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the screen is moved with the keys */}
      <section class="wide" aria-label={t.perMonthList} tabIndex={0}>
        <table class="months" data-testid="months-list">
          <thead>
            <tr>
              <th scope="col">{t.monthColumn}</th>
              <th scope="col">{t.before}</th>
              <th scope="col">{t.after}</th>
            </tr>
          </thead>
          <tbody>
            {quote.months.map((month) => (
              <tr key={month.month} data-testid="month-price" data-month={month.month} data-amount={month.total}>
                <th scope="row">{formatMonth(month.month, language)}</th>
                <td>{month.relief > 0 ? <s>{formatMoney(usualOf(month))}</s> : formatMoney(usualOf(month))}</td>
                <td>{formatMoney(month.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
