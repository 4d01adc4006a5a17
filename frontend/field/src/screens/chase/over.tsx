import { overList } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { formatAge, formatDate, formatNumber } from "../../i18n/format";
import { useNow } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { type Dues, useMembers } from "./use-dues";

/** Drawn at most: the server ends them within a day of being asked. */
const MOST = 20;

/** Whose last day has passed since the server was asked: nobody to chase any more, and nobody to take money from. */
export function Over({ dues: { kept, today } }: { dues: Dues }) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const now = useNow();
  const all = kept === null ? [] : overList(kept, today);
  const shown = all.slice(0, MOST);
  const members = useMembers(shown.map((due) => due.id));
  if (kept === null || all.length === 0) return null;
  return (
    <details class="chase__later" data-testid="chase-over">
      <summary>
        <span>{t.over}</span>
        <span class="chase__count">{formatNumber(all.length)}</span>
      </summary>
      <p class="muted small">{t.overBody(formatAge(now - kept.fetchedAt, language))}</p>
      <ul class="plain-list stack">
        {shown.map((due) => (
          <li key={due.id}>
            <a href={link("member", due.id)}>{members.get(due.id)?.name ?? "…"}</a>
            <br />
            <span class="muted small">
              {due.cover === "none"
                ? t.overFirst(formatDate(due.pay_by ?? "", language))
                : t.overCover(formatDate(due.catch_up_until ?? "", language))}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
