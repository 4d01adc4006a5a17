import type { MemberView } from "../../engine";
import { type ChaseItem, daysBetween } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { formatDate, formatMoney, inGroups } from "../../i18n/format";
import { ButtonLink } from "../../ui/button";
import { Badge, type Tone } from "../../ui/notice";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { shortName } from "../home-figures";
import { whatsAppLink } from "../members/share";
import { limitOf } from "./day";

const TONES: Record<ChaseItem["reason"], Tone> = {
  promised: "note",
  age: "stop",
  sick: "stop",
  ends_soon: "stop",
  unpaid: "needs",
  before_end: "needs",
  first: "needs",
};

interface Props {
  readonly today: string;
  readonly item: ChaseItem;
  readonly member: MemberView | null;
  /** Where no heading above says why. */
  readonly isWhyShown: boolean;
  readonly isOpen?: boolean;
}

/** One member in two lines: who, how much, until when. Opened, it has the code and what can be done. */
export function ChaseCard({ today, item, member, isWhyShown, isOpen = false }: Props) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const { due, reason } = item;
  const until = limitOf(item);
  const left = until === null ? null : daysBetween(today, until);
  return (
    <details class="fold chase" open={isOpen} data-testid={`chase-${due.id}`}>
      <summary data-testid="chase-item">
        <span class="chase__who">
          <span class="chase__head">
            <strong>{member?.name ?? "…"}</strong>
            <strong class="chase__sum">{formatMoney(due.amount)}</strong>
          </span>
          <span class="muted small">
            {until !== null && left !== null && t.onDay(t.daysLeft(left), formatDate(until, language))}
            {due.months.length > 1 && ` · ${t.months(due.months.length)}`}
          </span>
          {isWhyShown && <Badge tone={TONES[reason]}>{t[`reason_${reason}`]}</Badge>}
        </span>
      </summary>
      {until && (
        <p class="small">{(due.cover === "protected" ? t.protectedUntil : t.until)(formatDate(until, language))}</p>
      )}
      {due.payment_code && (
        <p class="small">
          {t.code}: <span class="code">{inGroups(due.payment_code)}</span>
        </p>
      )}
      <Acts item={item} member={member} until={until} />
    </details>
  );
}

function Acts({ item: { due }, member, until }: Pick<Props, "item" | "member"> & { readonly until: string | null }) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const phone = member?.phone?.includes("*") ? null : (member?.phone ?? null);
  const first = shortName(member?.name ?? "");
  const text = t.message(first, formatMoney(due.amount), until ? formatDate(until, language) : "");
  return (
    <>
      <div class="row">
        {phone ? (
          <>
            <ButtonLink icon="phone" href={`tel:${phone}`} testid="chase-call">
              {t.call}
            </ButtonLink>
            <ButtonLink icon="chat" href={whatsAppLink(phone, text)} external testid="chase-whatsapp">
              {t.whatsapp}
            </ButtonLink>
          </>
        ) : (
          <span class="muted small">{t.noNumber}</span>
        )}
      </div>
      <div class="row">
        <ButtonLink kind="primary" icon="check" href={link("chase", due.id)} testid="chase-record">
          {t.record}
        </ButtonLink>
        <ButtonLink kind="quiet" href={link("member", due.id)}>
          {t.member}
        </ButtonLink>
      </div>
    </>
  );
}
