import type { FileEntry } from "../../engine";
import { formatDate } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { Badge } from "../../ui/notice";
import { Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";

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
      {entry.appeal && <span>{t.appeal(entry.appeal.state[language])}</span>}
      {entry.appeal?.answer && <p class="breakable">{entry.appeal.answer}</p>}
      {entry.can_appeal && entry.appeal_by && (
        <span data-testid="me-appeal">
          {isLate ? t.appealOver(day(entry.appeal_by)) : t.appealBy(day(entry.appeal_by))}
        </span>
      )}
    </div>
  );
}
