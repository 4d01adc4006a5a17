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
  const mayAppeal = entry.appeal_by !== null && entry.appeal === null;
  return (
    <div class="card" data-testid="me-file-entry">
      <strong>{entry.title[language]}</strong>
      {entry.state && (
        <span>
          <Badge tone="note">{entry.state[language]}</Badge>
        </span>
      )}
      {entry.reason && <p class="breakable">{entry.reason}</p>}
      <span class="muted small">
        {t.fileOn(day(entry.on))}
        {entry.until && ` · ${t.fileUntil(day(entry.until))}`}
      </span>
      {entry.appeal && <span>{t.appeal(entry.appeal[language])}</span>}
      {mayAppeal && entry.appeal_by && (
        <span data-testid="me-appeal">
          {entry.appeal_by >= today ? t.appealBy(day(entry.appeal_by)) : t.appealOver(day(entry.appeal_by))}
        </span>
      )}
    </div>
  );
}
