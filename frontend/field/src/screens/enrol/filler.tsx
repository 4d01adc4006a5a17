import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Draft, type ErrorView, engine, type Place } from "../../engine";
import { enrolErrors } from "../../i18n/enrol-errors";
import { dayOf } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import type { Problem } from "../../ui/error-summary";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { toBody } from "./body";
import { type Filling, FillingContext } from "./context";
import { keepCommon } from "./defaults";
import { useDraftForm } from "./draft-form";
import { doubtsOf } from "./numbers";
import { quoteOf } from "./quote";
import { ReadMarksLeft } from "./read-marks";
import { addToSeries } from "./series";
import { keepGivenCode, keepShownPrice } from "./shown-prices";
import { StepFrame } from "./step-frame";
import { FILLED_STEPS, type Step, stepAfter, stepNumber } from "./steps";
import { type Against, checkStep, firstIncomplete, type Refusal } from "./validate";

const LOCATE_WITHIN = 8_000;

interface Props {
  readonly draft: Draft;
  readonly rules: PhoneRules;
  readonly step: Step;
}

/** The form while it is filled: every change goes to the draft at once; a step goes on when nothing keeps it. */
export function Filler({ draft, rules, step }: Props) {
  const { agent, agentId } = useAgent();
  const { form, change, photo, setPhoto, asBefore } = useDraftForm(draft, step, agentId);
  const place = usePlace(step);
  const branch = useValue(engine.device).branch;
  const timezone = branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const against: Against = { rules, today, agent };
  const [attempts, setAttempts] = useState<{ step: Step; count: number }>({ step, count: 0 });
  const [asked, setAsked] = useState(false);
  const say = useSayRefusal();
  const tried = attempts.step === step ? attempts.count : 0;
  const problems = tried > 0 ? checkStep(step, form, against).map(say) : [];
  const filling: Filling = {
    draft,
    form,
    change,
    rules,
    problems,
    today,
    timezone,
    province: branch?.province ?? "",
    agent,
    asBefore,
    photo,
    onPhoto: setPhoto,
    place,
  };
  const confirming = useConfirm(filling, agentId);
  const goOn = () => {
    const stuck = step === "summary" ? firstIncomplete(form, against) : step;
    const wrong = stuck !== null && checkStep(stuck, form, against).length > 0;
    if (wrong) {
      setAttempts({ step: stuck, count: tried + 1 });
      if (stuck !== step) navigate(link("enrol", draft.id, stuck));
    } else if (step !== "summary") navigate(link("enrol", draft.id, stepAfter(step)));
    else if (form.read.length > 0 && !asked) setAsked(true);
    else void confirming.confirm();
  };
  return (
    <FillingContext.Provider value={filling}>
      <StepFrame step={step} onNext={goOn} busy={confirming.busy} attempt={tried}>
        {confirming.problem && <ErrorNotice error={confirming.problem} testid="confirm-error" />}
        {step === "summary" && asked && <ReadMarksLeft />}
      </StepFrame>
    </FillingContext.Provider>
  );
}

/** Who fills the form. Their own number comes by pull, where the branch has it. */
function useAgent(): { agent: Against["agent"]; agentId: string } {
  const me = useValue(engine.me)?.agent;
  const activated = useValue(engine.device).agent;
  const name = me?.name ?? activated?.name ?? "";
  return { agent: { name, phone: me?.phone ?? null }, agentId: me?.id ?? activated?.id ?? "" };
}

/** Asks the phone where it is, once, when the worker is about to agree. */
function usePlace(step: Step): Place | null | "finding" {
  const [place, setPlace] = useState<Place | null | "finding">("finding");
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current || stepNumber(step) < FILLED_STEPS) return;
    asked.current = true;
    engine.locate(LOCATE_WITHIN).then(setPlace, () => setPlace(null));
  }, [step]);
  return place;
}

function useSayRefusal(): (refusal: Refusal) => Problem {
  const t = useTexts(enrolErrors);
  const language = useLanguage();
  return ({ field, text }) => ({ field, text: typeof text === "string" ? t[text] : text[language] });
}

/** Makes the op and shows it saved. */
function useConfirm(filling: Filling, agentId: string) {
  const language = useLanguage();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const { form, rules, today, draft, place, photo } = filling;
  const quote = useMemo(() => quoteOf(form, rules, monthOf(today)), [form, rules, today]);
  const confirm = async () => {
    if (busy || quote === null) return;
    setBusy(true);
    setProblem(null);
    try {
      await engine.drafts.flush();
      const hasPhoto = photo !== null && form.consents.photo === true;
      if (photo && !hasPhoto) await engine.photos.detach(draft.id);
      const doubts = doubtsOf(form, filling);
      const op = await engine.enrolments.complete({
        draftId: draft.id,
        form: toBody({ form, rules, quote, today, hasPhoto, doubts, language }),
        rules: rules.version,
        place: place === "finding" ? null : place,
      });
      keepShownPrice(op.id, quote.total);
      keepCommon(agentId, form);
      if (draft.series !== null) addToSeries(draft.series, op.id);
      await noteGivenCode(op.id);
      navigate(link("saved", op.id), "replace");
    } catch (error) {
      setProblem(asErrorView(error));
      setBusy(false);
    }
  };
  return { confirm, busy, problem };
}

/** Which code the worker leaves with, so that another one later is told. The enrolment is safe whatever happens here. */
async function noteGivenCode(op: string): Promise<void> {
  const member = await engine.members.find(op).catch(() => null);
  if (member?.paymentCode) keepGivenCode(op, member.paymentCode);
  if (engine.keeping.get().persisted === "unknown") void engine.askToKeep().catch(() => undefined);
}
