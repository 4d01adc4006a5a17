import type { ComponentChildren, FunctionComponent } from "preact";
import { engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { workTexts } from "../../i18n/enrol-work";
import { formatMoney } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorSummary } from "../../ui/error-summary";
import { goOnWithEnter } from "../../ui/focus";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { ConsentStep } from "./consent";
import { useFilling } from "./context";
import { IdentityStep } from "./identity";
import { ProgrammesStep } from "./programmes";
import { quoteOf } from "./quote";
import { FILLED_STEPS, type Step, stepBefore, stepNumber } from "./steps";
import { SummaryStep } from "./summary";
import { WorkStep } from "./work";

const BODIES: Record<Step, FunctionComponent> = {
  identity: IdentityStep,
  work: WorkStep,
  programmes: ProgrammesStep,
  consent: ConsentStep,
  summary: SummaryStep,
};

interface FrameProps {
  readonly step: Step;
  readonly onNext: () => void;
  readonly busy: boolean;
  readonly attempt: number;
  readonly children: ComponentChildren;
}

/** What all steps share: progress, the errors on top, and the way back and on at the bottom. */
export function StepFrame({ step, onNext, busy, attempt, children }: FrameProps) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const { draft, problems } = useFilling();
  const Body = BODIES[step];
  const before = stepBefore(step);
  const submit = (event: Event) => {
    event.preventDefault();
    onNext();
  };
  const next = step === "summary" ? (busy ? t.confirming : t.confirm) : step === "consent" ? t.toSummary : common.next;
  return (
    <form noValidate autocomplete="off" onSubmit={submit} onKeyDown={goOnWithEnter} class="form-frame">
      <Page
        title={t[step]}
        testid={`step-${step}`}
        foot={
          <>
            {step === "programmes" && <PriceLine />}
            <div class="foot__row">
              <ButtonLink icon="back" href={before ? link("enrol", draft.id, before) : "#/"} testid="back">
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
  const t = useTexts(workTexts);
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
  const { draft } = useFilling();
  const number = Math.min(stepNumber(step), FILLED_STEPS);
  const done = step === "summary" ? FILLED_STEPS : number - 1;
  const place = draft.series === null ? "" : `${t.seriesPlace(draft.seriesPlace)} · `;
  return (
    <div class="progress">
      <div class="progress__line">
        <span class="muted small" data-testid="progress">
          {place}
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
