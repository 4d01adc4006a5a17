import type { FileEntry, OwnAppeal } from "../../engine";
import { formatDate } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { Badge } from "../../ui/notice";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { Appeal } from "./appeal";

/** Every measure about this agent, with its reason, how long it lasts, and until when to appeal. */
export function OwnFile({ file, today }: { file: readonly FileEntry[]; today: string }) {
  const t = useTexts(meTexts);
  return (
    <Section title={t.file} testid="me-file">
      {file.length === 0 ? (
        <p class="muted">{t.fileEmpty}</p>
      ) : (
        file.map((entry) => <Entry key={entry.id} entry={entry} today={today} />)
      )}
    </Section>
  );
}

function Entry({ entry, today }: { entry: FileEntry; today: string }) {
  const t = useTexts(meTexts);
  const language = useLanguage();
  const day = (date: string) => formatDate(date, language);
  const isLate = entry.appeal_by !== null && entry.appeal_by < today;
  return (
    <div class="card" data-testid="me-file-entry">
      <strong>{entry.title[language]}</strong>
      <span>
        <Badge tone={entry.is_over ? "note" : "needs"}>{entry.is_over ? t.fileOver : t.fileInForce}</Badge>
      </span>
      {entry.reason[language] && <p>{entry.reason[language]}</p>}
      {entry.text && <p class="breakable">{entry.text}</p>}
      <span class="muted small">
        {t.fileOn(day(entry.on))}
        {entry.until && ` · ${t.fileUntil(day(entry.until))}`}
      </span>
      {entry.appeal && <Outcome appeal={entry.appeal} />}
      {entry.can_appeal && entry.appeal_by && (
        <span data-testid="me-appeal">
          {isLate ? t.appealOver(day(entry.appeal_by)) : t.appealBy(day(entry.appeal_by))}
        </span>
      )}
      {entry.can_appeal && <Appeal entry={entry} isLate={isLate} />}
    </div>
  );
}

function Outcome({ appeal }: { appeal: OwnAppeal }) {
  const t = useTexts(meTexts);
  const language = useLanguage();
  const facts = [
    appeal.on && t.appealFiled(formatDate(appeal.on, language)),
    appeal.documents > 0 && t.appealPapers(appeal.documents),
    appeal.decided_on && t.appealDecided(formatDate(appeal.decided_on, language)),
  ].filter((part) => typeof part === "string" && part !== "");
  return (
    <div class="stack" data-testid="me-appeal-state">
      <strong>{t.appeal(appeal.state[language])}</strong>
      {facts.length > 0 && <span class="muted small">{facts.join(" · ")}</span>}
      {appeal.text && (
        <details class="fold fold--plain">
          <summary>{t.appealOwn}</summary>
          <p class="breakable">{appeal.text}</p>
        </details>
      )}
      {appeal.answer && (
        <p class="breakable">
          <span class="muted small">{t.appealAnswer}: </span>
          {appeal.answer}
        </p>
      )}
    </div>
  );
}
