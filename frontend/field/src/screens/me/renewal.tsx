import { useState } from "preact/hooks";
import { type AboutView, type ErrorView, engine, type OpView, type OwnRenewal } from "../../engine";
import { formatDate } from "../../i18n/format";
import { licenceTexts } from "../../i18n/me-licence";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { findWish, lackingOf, stepOf } from "./renewal-state";

/** Until when the licence lasts, what the next one needs, and asking for it: also without signal. */
export function Renewal({ about, today }: { about: AboutView; today: string }) {
  const t = useTexts(licenceTexts);
  const ops = useValue(engine.outbox.list);
  const renewal = about.renewal ?? null;
  if (renewal === null) return null;
  return (
    <Section title={t.renewal} testid="me-renewal">
      <Standing renewal={renewal} ops={ops} today={today} />
    </Section>
  );
}

interface Props {
  readonly renewal: OwnRenewal;
  readonly ops: readonly OpView[];
  readonly today: string;
}

function Standing({ renewal, ops, today }: Props) {
  const t = useTexts(licenceTexts);
  const language = useLanguage();
  const day = (date: string) => formatDate(date, language);
  const step = stepOf(renewal, ops, today);
  if (step === "renewed") return <Told tone="done" text={t.renewed(day(renewal.valid_to))} testid="renewal-renewed" />;
  const wish = findWish(ops);
  const failure = step !== "kept" && wish?.status === "rejected" ? wish.error : null;
  return (
    <>
      <p>{t.until(day(renewal.valid_to))}</p>
      {renewal.asked?.state === "refused" && step !== "kept" && <Refusal asked={renewal.asked} />}
      {failure && <ErrorNotice error={failure} testid="renewal-rejected" />}
      <Minutes renewal={renewal} />
      {step !== "asked" && step !== "kept" && <Checklist renewal={renewal} today={today} />}
      {step === "early" && <p data-testid="renewal-early">{t.opensOn(day(renewal.opens_on))}</p>}
      {step === "lacking" && (
        <p class="muted" data-testid="renewal-lacking">
          {t.completeFirst} {t.branchSettles}
        </p>
      )}
      {step === "kept" && <Told tone="note" text={t.kept} testid="renewal-kept" />}
      {step === "asked" && <Told tone="note" text={t.asked(day(renewal.asked?.on ?? today))} testid="renewal-asked" />}
      {step === "open" && <Ask renewal={renewal} />}
    </>
  );
}

function Told({ tone, text, testid }: { tone: "note" | "done"; text: string; testid: string }) {
  return (
    <Notice tone={tone} testid={testid} live>
      <p>{text}</p>
    </Notice>
  );
}

function Refusal({ asked }: { asked: NonNullable<OwnRenewal["asked"]> }) {
  const t = useTexts(licenceTexts);
  const language = useLanguage();
  return (
    <Notice tone="stop" title={t.refused} testid="renewal-refused">
      <p class="breakable">{asked.reason}</p>
      {asked.answered_on && <p class="muted small">{t.refusedOn(formatDate(asked.answered_on, language))}</p>}
    </Notice>
  );
}

function Minutes({ renewal: { minutes } }: { renewal: OwnRenewal }) {
  const t = useTexts(licenceTexts);
  if (minutes === null) return null;
  const left = minutes.needed - minutes.done;
  const label = t.minutes(minutes.done, minutes.needed);
  return (
    <div class="credit" data-testid="renewal-minutes">
      <span>
        {label} · <strong>{left > 0 ? t.minutesLeft(left) : t.minutesDone}</strong>
      </span>
      <progress
        class="credit__bar"
        max={minutes.needed}
        value={Math.min(minutes.done, minutes.needed)}
        aria-label={label}
      />
    </div>
  );
}

function Checklist({ renewal, today }: { renewal: OwnRenewal; today: string }) {
  const t = useTexts(licenceTexts);
  const language = useLanguage();
  const lacking = lackingOf(renewal, today);
  return (
    <ul class="conditions" data-testid="renewal-checklist">
      {renewal.checklist.map((one) => {
        const met = !lacking.includes(one);
        return (
          <li key={one.key} class={met ? "" : "conditions__open"} data-met={met}>
            <Icon name={met ? "check" : "cross"} size={20} />
            <span>
              {one.title[language]} <span class="visually-hidden">({met ? t.met : t.unmet})</span>
              {one.said[language] && <span class="muted small conditions__said">{one.said[language]}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Ask({ renewal }: { renewal: OwnRenewal }) {
  const t = useTexts(licenceTexts);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const ask = () => {
    setBusy(true);
    engine.learning
      .append("renew", { licence: renewal.licence }, null, t.opName)
      .then(() => setProblem(null))
      .catch((failure: unknown) => setProblem(asErrorView(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p class="muted small">{t.askBody}</p>
      {problem && <ErrorNotice error={problem} />}
      <Button kind="primary" wide icon="badge" busy={busy} onPress={ask} testid="renewal-ask">
        {renewal.asked?.state === "refused" ? t.askAgain : t.ask}
      </Button>
    </>
  );
}
