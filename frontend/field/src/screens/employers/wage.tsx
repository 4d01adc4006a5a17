import { employersTexts } from "../../i18n/employers";
import { formatMoney } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { puRules } from "../../rules/document-pu";
import { dailyWageOfMonth } from "../../rules/tariff-pu";
import { Choice } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { digitsOf } from "../enrol/form";
import { amountsOf, type Firm, type Hand, priceOf, type WageKind, wageOf } from "./hand";

interface WageProps {
  readonly firm: Firm;
  readonly rules: PhoneRules;
  /** The day, or the month, that the price is of. */
  readonly today: string;
  readonly hand: Hand;
  readonly setHand: (hand: Hand) => void;
  readonly error: string | undefined;
}

/** How somebody is paid, what that is in a month, and the dues of it. */
export function Wage({ hand, setHand, error, firm, rules, today }: WageProps) {
  const t = useTexts(employersTexts);
  const labels =
    hand.kind === "piece" ? [t.wage_piece, t.wage_piece2, t.wage_piece3] : [t[`wage_${hand.kind}` as "wage_daily"]];
  const set = (at: number, typed: string) =>
    setHand({ ...hand, amounts: hand.amounts.map((one, index) => (index === at ? digitsOf(typed, 9) : one)) });
  const price = priceOf(hand, firm, rules, today);
  return (
    <>
      <Choice<WageKind>
        id="wage-kind"
        legend={t.wageKind}
        inline
        value={hand.kind}
        onValue={(kind) => setHand({ ...hand, kind })}
        options={(["monthly", "daily", "piece"] as const).map((value) => ({ value, label: t[value] }))}
      />
      {labels.map((label, at) => (
        <TextField
          key={label}
          id={`wage-${at}`}
          label={label}
          optional={at > 0 ? t.optional : undefined}
          keyboard="numeric"
          prefix="Rp"
          maxLength={9}
          value={hand.amounts[at] ?? ""}
          onValue={(typed) => set(at, typed)}
          error={at === 0 ? error : undefined}
        />
      ))}
      <div role="status" data-testid="worker-price">
        <How hand={hand} rules={rules} today={today} />
        {price && (
          <p>
            <strong>{t.perMonth(formatMoney(price.total))}</strong>
            <br />
            <span class="muted small">
              {t.shares(
                formatMoney(price.total - price.jhtWorker - price.jpWorker),
                formatMoney(price.jhtWorker + price.jpWorker),
              )}
            </span>
          </p>
        )}
      </div>
    </>
  );
}

/** How a daily or piece wage became that of a month. */
function How({ hand, rules, today }: Pick<WageProps, "hand" | "rules" | "today">) {
  const t = useTexts(employersTexts);
  const pu = puRules(rules);
  const month = monthOf(today).slice(0, 7);
  const wage = pu === null ? null : wageOf(hand, pu, month);
  const amounts = amountsOf(hand);
  if (pu === null || wage === null || hand.kind === "monthly") return null;
  const said =
    hand.kind === "daily"
      ? t.dailyHow(formatMoney(amounts[0] ?? 0), dailyWageOfMonth(pu, 1, month), formatMoney(wage))
      : t.pieceHow(amounts.length, formatMoney(wage));
  return <p class="muted">{said}</p>;
}
