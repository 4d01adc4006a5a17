import { useState } from "preact/hooks";
import { engine, type MemberView } from "../../engine";
import { byRoute, type ChaseItem } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { formatAge, formatDate, formatMoney, inGroups } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Badge, Notice, type Tone } from "../../ui/notice";
import { useNow } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { toast } from "../../ui/toast";
import { shortName } from "../home-figures";
import { whatsAppLink } from "../members/share";
import { OutcomeScreen } from "./outcome";
import { Recorded } from "./recorded";
import { type Dues, useDues, useMembers } from "./use-dues";

/** Cards drawn at first; the rest on a press. */
const AT_FIRST = 30;

/** `#/chase`, `#/chase/<enrolment>`. */
export function ChaseScreen({ path }: { path: readonly string[] }) {
  const dues = useDues();
  const [enrolment] = path;
  if (dues.kept === null) return <main class="page" aria-busy="true" />;
  if (enrolment !== undefined) return <OutcomeScreen dues={dues} enrolment={enrolment} />;
  return <ListScreen dues={dues} />;
}

function ListScreen({ dues }: { dues: Dues }) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const now = useNow();
  const [route, setRoute] = useState<readonly ChaseItem[] | null>(null);
  const [shown, setShown] = useState(AT_FIRST);
  const [finding, setFinding] = useState(false);
  const { kept, items, problem, busy } = dues;
  const order = route === null ? items : route.filter((one) => items.some((item) => item.due.id === one.due.id));
  const members = useMembers(order.slice(0, shown).map((item) => item.due.id));
  const findRoute = async () => {
    setFinding(true);
    const place = await engine.locate();
    setFinding(false);
    if (place === null) toast(t.noPlace);
    else setRoute(byRoute(items, place));
  };
  return (
    <Page title={t.title} back={{ href: "#/", label: t.toHome }} testid="screen-chase">
      {kept?.told === null && <Notice tone="needs" title={t.needSignal} testid="chase-need-signal" />}
      {kept?.told === null && problem && <ErrorNotice error={problem} />}
      {kept?.told && items.length === 0 && (
        <Empty title={t.none}>
          <p>{t.noneBody}</p>
        </Empty>
      )}
      {items.length > 0 && (
        <>
          <p class="muted">{t.intro}</p>
          <Button
            icon={route === null ? "forward" : "list"}
            busy={finding}
            onPress={() => (route === null ? void findRoute() : setRoute(null))}
            testid="chase-route"
          >
            {route === null ? t.route : t.byLoss}
          </Button>
          {order.slice(0, shown).map((item) => (
            <ChaseCard key={item.due.id} item={item} member={members.get(item.due.id) ?? null} />
          ))}
          {order.length > shown && (
            <Button wide onPress={() => setShown(shown + AT_FIRST)} testid="chase-more">
              {t.more(Math.min(AT_FIRST, order.length - shown))}
            </Button>
          )}
        </>
      )}
      <Recorded dues={dues} />
      {kept?.told && (
        <div class="section">
          <p class="muted small">{t.asOf(formatAge(now - kept.fetchedAt, language))}</p>
          <Button icon="sync" busy={busy} onPress={dues.reload} testid="chase-reload">
            {t.reload}
          </Button>
        </div>
      )}
    </Page>
  );
}

const TONES: Record<ChaseItem["reason"], Tone> = {
  promised: "note",
  age: "stop",
  sick: "stop",
  ends_soon: "stop",
  unpaid: "needs",
  before_end: "needs",
  first: "needs",
};

function ChaseCard({ item, member }: { item: ChaseItem; member: MemberView | null }) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const { due, reason, daysLeft } = item;
  const until = due.cover === "none" ? due.pay_by : (due.catch_up_until ?? due.protected_through);
  const phone = member?.phone?.includes("*") ? null : (member?.phone ?? null);
  const name = member?.name ?? "…";
  const text = t.message(shortName(name), formatMoney(due.amount), until ? formatDate(until, language) : "");
  return (
    <section class="card chase" data-testid={`chase-${due.id}`}>
      <div class="chase__head">
        <strong>{name}</strong>
        <strong class="chase__sum">{formatMoney(due.amount)}</strong>
      </div>
      <Badge tone={TONES[reason]}>{t[`reason_${reason}`]}</Badge>
      <p class="muted small">
        {until && t.until(formatDate(until, language))}
        {daysLeft !== null && ` · ${t.daysLeft(daysLeft)}`}
        {due.months.length > 1 && ` · ${t.months(due.months.length)}`}
      </p>
      {due.payment_code && (
        <p class="small">
          {t.code}: <span class="code">{inGroups(due.payment_code)}</span>
        </p>
      )}
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
    </section>
  );
}
