import type { CashKept, CashMade, CashReceiptTold } from "../../engine";
import { engine } from "../../engine";
import { heldNow, isOverdue, nextDue, nextNumber, unknownTo } from "../../engine/cash";
import { cashTexts } from "../../i18n/cash";
import { commonTexts } from "../../i18n/common";
import { dayOf, formatDate, formatInstant, formatMoney } from "../../i18n/format";
import { ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Badge, Notice, type Tone } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Empty, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { useCash } from "./use-cash";

export function useToday(): { readonly today: string; readonly timezone: string } {
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  return { today: dayOf(engine.serverNow(), timezone), timezone };
}

/** The sum in hand first, then until when, then each receipt. */
export function CashOverview() {
  const t = useTexts(cashTexts);
  const common = useTexts(commonTexts);
  const { kept, problem } = useCash();
  const { today } = useToday();
  // Then the next act is to deposit: nothing new is taken before.
  const late = kept !== null && isOverdue(kept, today);
  return (
    <Page
      title={t.title}
      back={{ href: "#/", label: t.back }}
      testid="screen-cash"
      foot={
        <ButtonLink
          kind="primary"
          wide
          icon={late ? "wallet" : "plus"}
          href={late ? "#/cash/deposit" : "#/cash/new"}
          testid={late ? "cash-deposit" : "cash-take"}
        >
          {late ? t.deposit : t.take}
        </ButtonLink>
      }
    >
      {kept === null ? <p class="appear-late">{common.loading}</p> : <Held kept={kept} today={today} />}
      {problem && kept?.state == null && <ErrorNotice error={problem} />}
      <div class="acts">
        {!late && (
          <ButtonLink icon="wallet" href="#/cash/deposit" testid="cash-deposit">
            {t.deposit}
          </ButtonLink>
        )}
        <ButtonLink icon="qr" href="#/cash/check" testid="cash-check">
          {t.check}
        </ButtonLink>
        {late && (
          <ButtonLink icon="plus" href="#/cash/new" testid="cash-take">
            {t.take}
          </ButtonLink>
        )}
      </div>
      {kept && <Receipts kept={kept} />}
    </Page>
  );
}

export function Held({ kept, today, more = 0 }: { kept: CashKept; today: string; more?: number }) {
  const t = useTexts(cashTexts);
  const language = useLanguage();
  const held = heldNow(kept);
  const due = nextDue(kept);
  const { state } = kept;
  if (state === null) {
    return (
      <Notice tone="needs" title={t.notReady} testid="cash-not-ready">
        <p>{t.notReadyBody}</p>
      </Notice>
    );
  }
  return (
    <section
      class={held + more > state.limit ? "card cash-held cash-held--over" : "card cash-held"}
      data-testid="cash-held"
      data-held={held}
    >
      <h2 class="tile__name">{t.inHand}</h2>
      <strong class="payment__amount">{formatMoney(held)}</strong>
      <progress max={state.limit} value={Math.min(held + more, state.limit)} aria-label={t.inHand} />
      <p class="muted small">{t.ofLimit(formatMoney(state.limit), state.class[language])}</p>
      {more > 0 && <p>{t.after(formatMoney(held + more))}</p>}
      {held > 0 && due !== null && <p>{t.dueOn(formatDate(due, language))}</p>}
      {isOverdue(kept, today) && (
        <Notice tone="stop" title={t.overdue} testid="cash-overdue">
          <p>{t.overdueBody}</p>
        </Notice>
      )}
      {nextNumber(kept) === null && (
        <Notice tone="needs">
          <p>{t.noNumber}</p>
        </Notice>
      )}
    </section>
  );
}

function Receipts({ kept }: { kept: CashKept }) {
  const t = useTexts(cashTexts);
  const unknown = unknownTo(kept.state, kept.made);
  const told = kept.state?.receipts ?? [];
  if (unknown.length + told.length === 0) {
    return (
      <Empty title={t.none}>
        <p>{t.noneBody}</p>
      </Empty>
    );
  }
  return (
    <Section title={t.receipts}>
      <ul class="ops">
        {unknown.map((made) => (
          <Row key={made.number} number={made.number} payer={made.payer} amount={made.amount} at={made.madeAt}>
            {made.voided === null ? <StateOf told={null} /> : <Badge tone="stop">{t.void}</Badge>}
          </Row>
        ))}
        {told.map((one) => (
          <Row key={one.id} number={one.number} payer={one.payer} amount={one.amount} at={one.captured_at}>
            <StateOf told={one} />
          </Row>
        ))}
      </ul>
    </Section>
  );
}

interface RowProps {
  readonly number: string;
  readonly payer: string;
  readonly amount: number;
  readonly at: number | string;
  readonly children: preact.ComponentChildren;
}

function Row({ number, payer, amount, at, children }: RowProps) {
  const language = useLanguage();
  const { timezone } = useToday();
  return (
    <li class="card op" data-testid="cash-receipt" data-number={number}>
      <a class="cash-row" href={link("cash", "receipt", number)}>
        <span class="card__main">
          <strong>{payer}</strong>
          <span class="muted small">
            {number} · {formatInstant(at, timezone, language)}
          </span>
        </span>
        <strong class="tile__value">{formatMoney(amount)}</strong>
      </a>
      <div class="op__state">{children}</div>
    </li>
  );
}

/** Where a receipt's money is, in one word; null: only this phone knows of it. */
export function StateOf({ told }: { told: CashReceiptTold | null }) {
  const t = useTexts(cashTexts);
  if (told === null)
    return (
      <Badge tone="needs" icon="phone">
        {t.unsent}
      </Badge>
    );
  const looks: Record<CashReceiptTold["state"], readonly [Tone, string]> = {
    held: told.deposit ? ["note", t.onTheWay] : ["needs", t.held],
    settled: ["done", t.settled],
    void: ["stop", t.void],
  };
  const [tone, text] = looks[told.state];
  return (
    <>
      <Badge tone={tone}>{text}</Badge>
      {told.state === "held" && told.settled > 0 && (
        <span class="small">{t.partSettled(formatMoney(told.settled))}</span>
      )}
      {told.review !== "" && (
        <Badge tone="note" icon="search">
          {t.inReview}
        </Badge>
      )}
    </>
  );
}

export function findTold(kept: CashKept, number: string): CashReceiptTold | null {
  return kept.state?.receipts.find((one) => one.number === number) ?? null;
}

export function findMade(kept: CashKept, number: string): CashMade | null {
  return kept.made.find((one) => one.number === number) ?? null;
}
