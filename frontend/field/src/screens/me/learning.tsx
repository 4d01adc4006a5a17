import type { ComponentChildren } from "preact";
import type { OwnExam } from "../../engine";
import { formatInstant } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { ButtonLink } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";

interface Props {
  readonly exams: readonly OwnExam[];
  readonly timezone: string;
  /** How far it is. */
  readonly children?: ComponentChildren;
}

/** The way to the courses, and the exams with their dates. */
export function Learning({ exams, timezone, children }: Props) {
  const t = useTexts(meTexts);
  return (
    <Section title={t.learning} testid="me-learning">
      {children}
      <a class="card card--link" href="#/courses" data-testid="me-courses">
        <Icon name="book" />
        <span class="card__main">
          <strong>{t.courses}</strong>
          <span class="muted small">{t.coursesBody}</span>
        </span>
        <Icon name="forward" />
      </a>
      <Exams exams={exams} timezone={timezone} />
    </Section>
  );
}

export function Exams({ exams, timezone }: Omit<Props, "children">) {
  const t = useTexts(meTexts);
  if (exams.length === 0) return <p class="muted">{t.noExams}</p>;
  return (
    <>
      <h3>{t.exams}</h3>
      {exams.map((exam) => (
        <Exam key={exam.id} exam={exam} timezone={timezone} />
      ))}
    </>
  );
}

function Exam({ exam, timezone }: { exam: OwnExam; timezone: string }) {
  const t = useTexts(meTexts);
  const language = useLanguage();
  const at = (instant: string) => formatInstant(instant, timezone, language);
  const lines = [
    exam.opens_at && t.examFrom(at(exam.opens_at)),
    exam.closes_at && t.examUntil(at(exam.closes_at)),
    exam.place,
    exam.refused?.[language],
  ].filter((line) => line !== null && line !== undefined && line !== "");
  const limits = [
    exam.minutes === null ? null : t.examMinutes(exam.minutes),
    exam.attempts_left === null ? null : t.examAttempts(exam.attempts_left),
  ].filter((part) => part !== null);
  return (
    <div class="card" data-testid="me-exam">
      <strong>{exam.title[language]}</strong>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
      {limits.length > 0 && <span class="muted small">{limits.join(" · ")}</span>}
      {exam.path && (
        <>
          <ButtonLink icon="pen" external href={exam.path} testid="me-exam-link">
            {t.examTake}
          </ButtonLink>
          <span class="muted small">{t.examNeedsSignal}</span>
        </>
      )}
    </div>
  );
}
