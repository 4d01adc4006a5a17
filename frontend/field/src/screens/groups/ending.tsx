import { useState } from "preact/hooks";
import { type EndingTold, type ErrorView, engine, type FundingOutcome } from "../../engine";
import { withAnswer } from "../../engine/groups";
import { formatMoney, formatMonth } from "../../i18n/format";
import { groupsTexts } from "../../i18n/groups";
import { ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import { toast } from "../../ui/toast";
import type { Groups } from "./use-groups";

const OUTCOMES: readonly FundingOutcome[] = ["takes_over", "thinking", "refused", "not_found", "moved", "died"];

/** Whose dues somebody else pays, and soon no more: what it costs then, and what they say. Works without signal. */
export function Ending({ groups, ending }: { groups: Groups; ending: readonly EndingTold[] }) {
  const t = useTexts(groupsTexts);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  if (ending.length === 0) return null;
  const answer = async (about: EndingTold, outcome: FundingOutcome) => {
    try {
      const body = { enrolment: about.id, last_month: about.last_month, outcome };
      await engine.learning.append("funding_answer", body, null, about.name);
      await groups.change((kept) => withAnswer(kept, about, outcome));
      toast(t.answered);
    } catch (failure) {
      setProblem(asErrorView(failure));
    }
  };
  return (
    <Section title={t.ending}>
      <p class="muted">{t.endingBody}</p>
      {problem && <ErrorNotice error={problem} />}
      {ending.map((one) => (
        <EndingCard key={`${one.id} ${one.last_month}`} one={one} onAnswer={(outcome) => void answer(one, outcome)} />
      ))}
    </Section>
  );
}

function EndingCard({ one, onAnswer }: { one: EndingTold; onAnswer: (outcome: FundingOutcome) => void }) {
  const t = useTexts(groupsTexts);
  const language = useLanguage();
  return (
    <section class="card group-card" data-testid={`ending-${one.id}`}>
      <strong>{one.name}</strong>
      <p class="muted small">{t.fundedUntil(one.sponsor, formatMonth(one.last_month, language))}</p>
      <p>{t.price(formatMoney(one.price))}</p>
      {one.phone && (
        <ButtonLink icon="phone" href={`tel:${one.phone}`}>
          {t.call}
        </ButtonLink>
      )}
      <SelectField
        id={`answer-${one.id}`}
        label={t.answer}
        value={one.outcome}
        onValue={onAnswer}
        options={OUTCOMES.map((value) => ({ value, label: t[value] }))}
      />
    </section>
  );
}
