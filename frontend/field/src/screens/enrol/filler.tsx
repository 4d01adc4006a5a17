import type { FunctionComponent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Draft, type ErrorView, engine, type PhotoRef, type Place } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { dayOf, formatMoney } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { ErrorSummary, type Problem } from "../../ui/error-summary";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { toBody } from "./body";
import { ConsentStep } from "./consent";
import { type Filling, FillingContext, useFilling } from "./context";
import { EMPTY_FORM, type Form, fromDraft, toDraftFields } from "./form";
import { IdentityStep } from "./identity";
import { doubtsOf } from "./numbers";
import { ProgrammesStep } from "./programmes";
import { quoteOf } from "./quote";
import { keepShownPrice } from "./shown-prices";
import { FILLED_STEPS, type Step, stepAfter, stepBefore, stepNumber } from "./steps";
import { SummaryStep } from "./summary";
import { checkStep, firstIncomplete, type Refusal } from "./validate";
import { WorkStep } from "./work";

const BODIES: Record<Step, FunctionComponent> = {
  identity: IdentityStep,
  work: WorkStep,
  programmes: ProgrammesStep,
  consent: ConsentStep,
  summary: SummaryStep,
};

const LOCATE_WITHIN = 8_000;

interface Props {
  readonly draft: Draft;
  readonly rules: PhoneRules;
  readonly step: Step;
}

/** The form while it is filled: every change goes to the draft at once; a step goes on when nothing keeps it. */
export function Filler({ draft, rules, step }: Props) {
  const { form, change, photo, setPhoto } = useDraftForm(draft, step);
  const place = usePlace(step);
  const branch = useValue(engine.device).branch;
  const timezone = branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const [attempts, setAttempts] = useState<{ step: Step; count: number }>({ step, count: 0 });
  const say = useSayRefusal();
  const tried = attempts.step === step ? attempts.count : 0;
  const problems = tried > 0 ? checkStep(step, form, { rules, today }).map(say) : [];
  const filling: Filling = {
    draft,
    form,
    change,
    rules,
    problems,
    today,
    timezone,
    province: branch?.province ?? "",
    photo,
    onPhoto: setPhoto,
    place,
  };
  const confirming = useConfirm(filling);
  const goOn = () => {
    const stuck = step === "summary" ? firstIncomplete(form, { rules, today }) : step;
    const wrong = stuck !== null && checkStep(stuck, form, { rules, today }).length > 0;
    if (wrong) {
      setAttempts({ step: stuck, count: tried + 1 });
      if (stuck !== step) navigate(link("enrol", draft.id, stuck));
    } else if (step === "summary") void confirming.confirm();
    else navigate(link("enrol", draft.id, stepAfter(step)));
  };
  return (
    <FillingContext.Provider value={filling}>
      <StepFrame
        step={step}
        draftId={draft.id}
        onNext={goOn}
        busy={confirming.busy}
        attempt={tried}
        problems={problems}
      >
        {confirming.problem && <ErrorNotice error={confirming.problem} testid="confirm-error" />}
      </StepFrame>
    </FillingContext.Provider>
  );
}

/** The form's state and its draft: kept with each change, thrown away when nothing was ever typed. */
function useDraftForm(draft: Draft, step: Step) {
  const [form, setForm] = useState<Form>(() => fromDraft(draft));
  const [photo, setPhoto] = useState<PhotoRef | null>(draft.photo);
  const latest = useRef(form);
  const hasPhoto = useRef(photo !== null);
  hasPhoto.current = photo !== null;
  const change = (patch: Partial<Form>) => {
    latest.current = { ...latest.current, ...patch };
    setForm(latest.current);
    engine.drafts.save(draft.id, { fields: toDraftFields(latest.current) });
  };
  useEffect(() => {
    if (stepNumber(step) !== 1 || JSON.stringify(latest.current) !== JSON.stringify(EMPTY_FORM)) {
      engine.drafts.save(draft.id, { step: stepNumber(step) });
    }
  }, [draft.id, step]);
  useEffect(
    () => () => {
      const untouched = JSON.stringify(latest.current) === JSON.stringify(EMPTY_FORM) && !hasPhoto.current;
      if (untouched) void engine.drafts.discard(draft.id).catch(() => undefined);
    },
    [draft.id],
  );
  return { form, change, photo, setPhoto };
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
  const t = useTexts(enrolTexts);
  const language = useLanguage();
  return ({ field, text }) => ({ field, text: typeof text === "string" ? t[text] : text[language] });
}

/** Makes the op and shows it saved. */
function useConfirm(filling: Filling) {
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
      if (photo && form.consents.photo !== true) await engine.photos.detach(draft.id);
      const op = await engine.enrolments.complete({
        draftId: draft.id,
        form: toBody({ form, rules, quote, today, doubts: doubtsOf(form, filling), language }),
        rules: rules.version,
        place: place === "finding" ? null : place,
      });
      keepShownPrice(op.id, quote.total);
      navigate(link("saved", op.id), "replace");
    } catch (error) {
      setProblem(asErrorView(error));
      setBusy(false);
    }
  };
  return { confirm, busy, problem };
}

interface FrameProps {
  readonly step: Step;
  readonly draftId: string;
  readonly onNext: () => void;
  readonly busy: boolean;
  readonly attempt: number;
  readonly problems: readonly Problem[];
  readonly children: preact.ComponentChildren;
}

/** What all steps share: progress, the errors on top, and the way back and on at the bottom. */
function StepFrame({ step, draftId, onNext, busy, attempt, problems, children }: FrameProps) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const Body = BODIES[step];
  const before = stepBefore(step);
  const submit = (event: Event) => {
    event.preventDefault();
    onNext();
  };
  const next = step === "summary" ? (busy ? t.confirming : t.confirm) : step === "consent" ? t.toSummary : common.next;
  return (
    <form noValidate autocomplete="off" onSubmit={submit} class="form-frame">
      <Page
        title={t[step]}
        testid={`step-${step}`}
        foot={
          <>
            {step === "programmes" && <PriceLine />}
            <div class="foot__row">
              <ButtonLink icon="back" href={before ? link("enrol", draftId, before) : "#/"} testid="back">
                {common.back}
              </ButtonLink>
              <Button kind="primary" type="submit" busy={busy} testid={step === "summary" ? "confirm" : "next"}>
                {next}
              </Button>
            </div>
          </>
        }
      >
        <Progress step={step} />
        {step === "identity" && <LicenceWarning />}
        <ErrorSummary title={t.problems} problems={problems} attempt={attempt} />
        {children}
        <Body key={step} />
      </Page>
    </form>
  );
}

/** An agent without a valid licence may fill the form, but should know what will come of it. */
function LicenceWarning() {
  const t = useTexts(enrolTexts);
  const { today } = useFilling();
  const licence = useValue(engine.me)?.licence;
  if (!licence || (licence.state === "valid" && licence.valid_to >= today)) return null;
  return (
    <Notice tone="needs" testid="licence-warning">
      <p>{t.licenceWarning}</p>
    </Notice>
  );
}

/** The sum of what is chosen, always in sight while it is chosen. */
function PriceLine() {
  const t = useTexts(enrolTexts);
  const { form, rules, today } = useFilling();
  const quote = quoteOf(form, rules, monthOf(today));
  if (!quote) return null;
  return (
    <p class="foot__price" data-testid="foot-price">
      <span>{t.priceLine(quote.months.length)}</span>
      <strong>{formatMoney(quote.total)}</strong>
    </p>
  );
}

function Progress({ step }: { step: Step }) {
  const t = useTexts(enrolTexts);
  const number = Math.min(stepNumber(step), FILLED_STEPS);
  const done = step === "summary" ? FILLED_STEPS : number - 1;
  return (
    <div class="progress">
      <div class="progress__line">
        <span class="muted small" data-testid="progress">
          {step === "summary" ? t.lastLook : t.stepOf(number, FILLED_STEPS)}
        </span>
        <a class="edit-link small" href="#/" data-testid="save-and-close">
          {t.saveAndClose}
        </a>
      </div>
      <div class="progress__bar" aria-hidden="true">
        {Array.from({ length: FILLED_STEPS }, (_, index) => (
          <span key={index} class={index < done ? "done" : index === done ? "now" : ""} />
        ))}
      </div>
    </div>
  );
}
