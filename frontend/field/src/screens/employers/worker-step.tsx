import { useEffect, useState } from "preact/hooks";
import { employersTexts } from "../../i18n/employers";
import { enrolErrors } from "../../i18n/enrol-errors";
import { checkNik } from "../../rules/nik";
import { Button } from "../../ui/button";
import { ErrorSummary, type Problem } from "../../ui/error-summary";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { BirthFields } from "../enrol/birth-fields";
import { Consents } from "../enrol/consents";
import { ContactFields } from "../enrol/contact-fields";
import { type Filling, FillingContext } from "../enrol/context";
import type { Form } from "../enrol/form";
import { Heirs } from "../enrol/heirs";
import { AddressField, NameFields, SexField } from "../enrol/identity";
import { JobPicker } from "../enrol/job-picker";
import { Doubts, KkField, NikField } from "../enrol/number-fields";
import { SignatureField } from "../enrol/signature-field";
import { checkStep } from "../enrol/validate";
import { VillagePicker } from "../enrol/village-picker";
import { QuotaNotice } from "../quota-notice";
import { useOwnFilling } from "./filling";
import { amountsOf, type Hand, unsent } from "./hand";
import type { VisitProps } from "./visit-screen";
import { Wage } from "./wage";

interface Props extends VisitProps {
  readonly first: Hand;
  /** At every touch, so that a page that is closed loses nothing. */
  readonly onType: (hand: Hand) => void;
  readonly onSave: (hand: Hand) => void;
  readonly onBack: (hand: Hand) => void;
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
  useEffect(() => {
    if (hand !== props.first) props.onType(hand);
  }, [hand]);
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
          <Button onPress={() => props.onBack(hand)}>{t.back}</Button>
          <Button kind="primary" onPress={save} testid="worker-save">
            {t.saveWorker}
          </Button>
        </div>
      }
    >
      <QuotaNotice segment="PU" before={unsent(props.visit, hand)} />
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
        <Wage
          firm={props.visit.firm}
          rules={props.rules}
          today={props.today}
          hand={hand}
          setHand={setHand}
          error={problems.find((one) => one.field === "wage-0")?.text}
        />
        <Section title={t.agreeTitle}>
          <Heirs />
          <Consents />
          <SignatureField />
        </Section>
      </FillingContext.Provider>
    </Page>
  );
}
