import { engine } from "../engine";
import { dayOf, formatDate, formatMoney } from "../i18n/format";
import { homeTexts } from "../i18n/home";
import { ButtonLink } from "../ui/button";
import { Notice } from "../ui/notice";
import { useLoaded, useValue } from "../ui/observe";
import { useLanguage, useTexts } from "../ui/preferences";

interface Standing {
  readonly held: number;
  readonly dueOn: string | null;
  readonly overdue: boolean;
}

async function look(today: string): Promise<Standing | null> {
  const kept = await engine.learning.findCash();
  if (kept?.state == null) return null;
  const { heldNow, isOverdue } = await import("../engine/cash");
  return { held: heldNow(kept), dueOn: kept.state.due_on, overdue: isOverdue(kept, today) };
}

/** The way to cash, with how much is in hand; where it should be at a bank already, that comes first. */
export function CashCard() {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const { lastSyncAt, unsent } = useValue(engine.sync.state);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const loaded = useLoaded(() => look(today), [today, lastSyncAt, unsent]);
  const cash = loaded.state === "done" ? loaded.value : null;
  return (
    <>
      {cash?.overdue && (
        <Notice tone="stop" title={t.cashLate(formatMoney(cash.held))} testid="home-cash-late">
          <p>{t.cashLateBody}</p>
        </Notice>
      )}
      <ButtonLink wide icon="wallet" href="#/cash" testid="to-cash">
        {cash === null || cash.held === 0 ? t.cash : t.cashHeld(formatMoney(cash.held))}
      </ButtonLink>
      {cash !== null && cash.held > 0 && !cash.overdue && cash.dueOn !== null && (
        <p class="muted small">{t.cashDue(formatDate(cash.dueOn, language))}</p>
      )}
    </>
  );
}
