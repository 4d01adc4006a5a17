import { engine } from "../engine";
import { dayOf, formatDate, formatMoney } from "../i18n/format";
import { homeTexts } from "../i18n/home";
import { ButtonLink } from "../ui/button";
import { Icon } from "../ui/icon";
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
  const { heldNow, isOverdue, nextDue } = await import("../engine/cash");
  return { held: heldNow(kept), dueOn: nextDue(kept), overdue: isOverdue(kept, today) };
}

function useStanding(): Standing | null {
  const { lastSyncAt, unsent } = useValue(engine.sync.state);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const loaded = useLoaded(() => look(today), [today, lastSyncAt, unsent]);
  return loaded.state === "done" ? loaded.value : null;
}

/** Cash that should be at a bank already, before everything else on home, with the way to deposit it. */
export function CashLate() {
  const t = useTexts(homeTexts);
  const cash = useStanding();
  if (!cash?.overdue) return null;
  return (
    <Notice tone="stop" title={t.cashLate(formatMoney(cash.held))} testid="home-cash-late">
      <p>{t.cashLateBody}</p>
      <ButtonLink icon="wallet" href="#/cash/deposit" testid="to-deposit">
        {t.cashDeposit}
      </ButtonLink>
    </Notice>
  );
}

/** The way to cash, with how much is in hand and until when. */
export function CashCard() {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const cash = useStanding();
  const held = cash?.held ?? 0;
  return (
    <a class="card card--link" href="#/cash" data-testid="to-cash">
      <Icon name="wallet" />
      <span class="card__main">
        {held === 0 ? <strong>{t.cash}</strong> : <span>{t.cash}</span>}
        {held > 0 && <strong class="tile__value">{formatMoney(held)}</strong>}
        {held > 0 && cash?.dueOn && <span class="muted small">{t.cashDue(formatDate(cash.dueOn, language))}</span>}
      </span>
      <Icon name="forward" />
    </a>
  );
}
