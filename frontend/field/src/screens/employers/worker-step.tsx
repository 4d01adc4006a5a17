import { useState } from "preact/hooks";
import { employersTexts } from "../../i18n/employers";
import { enrolErrors } from "../../i18n/enrol-errors";
import { formatMoney } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { puRules } from "../../rules/document-pu";
import { checkNik } from "../../rules/nik";
import { dailyWageOfMonth } from "../../rules/tariff-pu";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { ErrorSummary, type Problem } from "../../ui/error-summary";
import { TextField } from "../../ui/field";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { BirthFields } from "../enrol/birth-fields";
import { Consents } from "../enrol/consents";
import { ContactFields } from "../enrol/contact-fields";
import { type Filling, FillingContext } from "../enrol/context";
import { digitsOf, type Form } from "../enrol/form";
import { Heirs } from "../enrol/heirs";
import { AddressField, NameFields, SexField } from "../enrol/identity";
import { JobPicker } from "../enrol/job-picker";
import { Doubts, KkField, NikField } from "../enrol/number-fields";
import { SignatureField } from "../enrol/signature-field";
import { checkStep } from "../enrol/validate";
import { VillagePicker } from "../enrol/village-picker";
import { useOwnFilling } from "./filling";
import { amountsOf, type Hand, priceOf, type WageKind, wageOf } from "./hand";
import type { VisitProps } from "./visit-screen";

interface Props extends VisitProps {
  readonly first: Hand;
  readonly onSave: (hand: Hand) => void;
  readonly onBack: () => void;
}

/** What is wrong, in the order of the screen. */
function useProblems(props: Props, hand: Hand, filling: Pick<Filling, "agent">): readonly Problem[] {
  const t = useTexts(employersTexts);
  const errors = useTexts(enrolErrors);
  const language = useLanguage();
  const { rules, today, visit } = props;
  const against = { rules, today, agent: filling.agent };
  const told = [...checkStep("identity", hand.form, against), ...checkStep("consent", hand.form, against)].map(
    ({ field, text }) => ({ field, text: typeof text === "string" ? errors[text] : text[language] }),
  );
  const nik = (form: Form) => checkNik(rules.nik, form.nik, today).digits;
  const twice = visit.hands.some((one) => one.key !== hand.key && nik(one.form) === nik(hand.form));
  return [
    ...(twice ? [{ field: "nik", text: t.errTwice }] : []),
    ...told,
    ...(hand.form.jobs.length === 0 ? [{ field: "job-search", text: t.errJob }] : []),
    ...(amountsOf(hand).length === 0 ? [{ field: "wage-0", text: t.errWage }] : []),
  ];
}

/** One worker: who they are, what they earn, and their own yes. */
export function WorkerStep(props: Props) {
  const t = useTexts(employersTexts);
  const [hand, setHand] = useState(props.first);
  const [attempt, setAttempt] = useState(0);
  const change = (patch: Partial<Form>) => setHand((now) => ({ ...now, form: { ...now.form, ...patch } }));
  const bare = useOwnFilling(hand.key, hand.form, change, props.rules, [], props.today);
  const all = useProblems(props, hand, bare);
  const problems = attempt > 0 ? all : [];
  const save = () => {
    setAttempt(attempt + 1);
    if (all.length === 0) props.onSave(hand);
  };
  return (
    <Page
      title={t.workerTitle}
      testid="screen-worker"
      foot={
        <div class="row">
          <Button onPress={props.onBack}>{t.back}</Button>
          <Button kind="primary" onPress={save} testid="worker-save">
            {t.saveWorker}
          </Button>
        </div>
      }
    >
      <FillingContext.Provider value={{ ...bare, problems }}>
        <ErrorSummary title={t.problem} problems={problems} attempt={attempt} />
        <NikField />
        <KkField />
        <NameFields />
        <BirthFields />
        <SexField />
        <Doubts />
        <ContactFields />
        <AddressField />
        <VillagePicker />
        <JobPicker />
        <Wage {...props} hand={hand} setHand={setHand} error={problems.find((one) => one.field === "wage-0")?.text} />
        <Section title={t.agreeTitle}>
          <Heirs />
          <Consents />
          <SignatureField />
        </Section>
      </FillingContext.Provider>
    </Page>
  );
}

interface WageProps extends VisitProps {
  readonly hand: Hand;
  readonly setHand: (hand: Hand) => void;
  readonly error: string | undefined;
}

function Wage({ hand, setHand, error, visit, rules, today }: WageProps) {
  const t = useTexts(employersTexts);
  const labels =
    hand.kind === "piece" ? [t.wage_piece, t.wage_piece2, t.wage_piece3] : [t[`wage_${hand.kind}` as "wage_daily"]];
  const set = (at: number, typed: string) =>
    setHand({ ...hand, amounts: hand.amounts.map((one, index) => (index === at ? digitsOf(typed, 9) : one)) });
  const price = priceOf(hand, visit.firm, rules, today);
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
