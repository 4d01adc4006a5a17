import { engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { dayOf, formatDate, formatInstant, formatMoney, inGroups, maskNik } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { StateBadge } from "../../ui/member-state";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Empty, Facts, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { CancelSection } from "./cancel";
import { coverOf, coverText } from "./cover";
import { historyOf } from "./history";
import { LatePhoto } from "./late-photo";
import { PaymentCard } from "./payment";
import { Rests } from "./rests";

const BACK = "#/members";
/** Also who was just enrolled without signal: cash at the stall does not wait, and its receipt follows the enrolment. */
const MAY_PAY: readonly MemberView["state"][] = ["unsent", "captured", "accepted", "active", "lapsed"];

/** One member: where it stands in plain words, what to pay, what next. */
export function MemberScreen({ memberKey }: { memberKey: string }) {
  const t = useTexts(membersTexts);
  const common = useTexts(commonTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => engine.members.find(memberKey), [memberKey, revision]);
  const back = { href: BACK, label: t.toList };
  if (loaded.state === "loading") {
    return (
      <Page title={t.memberTitle} back={back} testid="screen-member">
        <p class="appear-late">{common.loading}</p>
      </Page>
    );
  }
  if (loaded.state === "failed" || loaded.value === null) {
    return (
      <Page title={t.memberTitle} back={back} testid="screen-member-missing">
        <Empty title={t.notFound}>
          <p>{t.notFoundBody}</p>
          <ButtonLink href={BACK}>{t.toList}</ButtonLink>
        </Empty>
      </Page>
    );
  }
  return <Member member={loaded.value} />;
}

function Member({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  return (
    <Page title={member.name} back={{ href: BACK, label: t.toList }} testid="screen-member">
      <div data-testid="member-state" data-state={member.state}>
        <StateBadge state={member.state} uncovered={useCover(member).is !== "paid"} />
      </div>
      <Next member={member} />
      {hasCode(member) && <PaymentCard member={member} />}
      <LatePhoto member={member} />
      {MAY_PAY.includes(member.state) && !member.cancelling && (
        <ButtonLink wide icon="wallet" href={`#/cash/new?member=${encodeURIComponent(member.key)}`} testid="take-cash">
          {t.takeCash}
        </ButtonLink>
      )}
      <CoverSection member={member} />
      <Rests member={member} />
      {member.terms && ["active", "lapsed"].includes(member.state) && (
        <ButtonLink wide icon="clock" href={link("dues", member.key)} testid="dues">
          {member.state === "lapsed" ? t.comeBack : t.dues}
        </ButtonLink>
      )}
      <DataSection member={member} />
      <HistorySection member={member} />
      <CancelSection member={member} />
    </Page>
  );
}

/** Cover on the branch's day. */
function useCover(member: MemberView) {
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  return coverOf(member, dayOf(engine.serverNow(), timezone));
}

/** Before it is accepted: the code that the worker left with, which cannot be paid with yet. Later: where something is open. */
function hasCode({ state, paymentCode, amount }: MemberView): boolean {
  if (state === "active") return paymentCode !== null && amount !== null;
  return paymentCode !== null && ["unsent", "captured", "review", "accepted"].includes(state);
}

/** What happens next, and what the worker can do meanwhile. */
export function Next({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const uncovered = useCover(member).is !== "paid";
  const texts: Record<MemberView["state"], readonly string[]> = {
    unsent: [t.nextUnsent],
    captured: [t.nextCaptured],
    review: [t.nextReview, t.nextReviewJoin],
    accepted: [t.nextAccepted],
    active: [uncovered ? t.nextUncovered : t.nextActive],
    lapsed: [t.nextLapsed],
    ended: [t.nextEnded],
    rejected: [t.nextRejected, t.nextRejectedJoin],
    cancelled: [t.nextCancelled],
  };
  // The server's own words, where there are some, say what happens next better than the app's.
  const said = member.error?.text ? [] : texts[member.state];
  return (
    <div class="stack" data-testid="next">
      {said.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {member.opStatus === "conflict" && <p>{t.conflict}</p>}
      {member.error && (
        <ErrorNotice error={member.error} tone={member.state === "review" ? "note" : "stop"} testid="member-error" />
      )}
      {member.cancelling && <Notice tone="needs" title={t.cancelling} />}
      {member.photoPending && <p class="muted">{t.photoPending}</p>}
      {member.state === "rejected" && member.op !== null && <Again op={member.op} />}
    </div>
  );
}

function Again({ op }: { op: string }) {
  const t = useTexts(membersTexts);
  const mend = async () => {
    const draft = await engine.drafts.startFrom(op);
    navigate(link("enrol", draft.id));
  };
  return (
    <Button icon="pen" wide onPress={() => void mend()} testid="fix-and-resend">
      {t.fixAndResend}
    </Button>
  );
}

function CoverSection({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const cover = useCover(member);
  return (
    <Section title={t.cover} testid="cover">
      <p class="cover">
        <strong data-testid="paid-through" data-cover={cover.is}>
          {coverText(cover, t, language)}
        </strong>
        {member.coverFrom && (
          <span class="muted">
            {t.coverFrom(
              member.coverFrom.length > 10
                ? formatInstant(member.coverFrom, timezone, language)
                : formatDate(member.coverFrom, language),
            )}
          </span>
        )}
      </p>
    </Section>
  );
}

function DataSection({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const village = useLoaded(
    () => (member.region ? engine.reference.findVillage(member.region) : Promise.resolve(null)),
    [member.region],
  );
  const rows: (readonly [string, string])[] = [
    [t.nik, maskNik(member.nik)],
    [t.programmes, member.programmes.join(" + ")],
    [t.months, t.monthsCount(member.months)],
  ];
  if (village.state === "done" && village.value) rows.push([t.region, village.value.name]);
  if (member.kpj) rows.push([t.kpj, inGroups(member.kpj)]);
  if (member.state === "active")
    rows.push([t.core, member.core && member.core !== "none" ? t.coreRegistered : t.coreNone]);
  return <Facts rows={rows} />;
}

function HistorySection({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const language = useLanguage();
  const events = historyOf(member);
  const names = {
    captured: t.historyCaptured,
    sent: t.historySent,
    review: t.historyReview,
    accepted: t.historyAccepted,
    active: t.historyActive,
    rejected: t.historyRejected,
    cancelled: t.historyCancelled,
  };
  return (
    <Section title={t.history} testid="history">
      <ol class="history">
        {events.map((event) => (
          <li key={event}>
            {names[event]}
            {event === "captured" && <span class="muted small"> {formatDate(member.capturedOn, language)}</span>}
            {event === "accepted" && member.amount !== null && (
              <span class="muted small"> {formatMoney(member.amount)}</span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
