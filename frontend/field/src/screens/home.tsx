import { type Draft, engine, type MeView, type SyncState } from "../engine";
import { blockedTexts } from "../i18n/blocked";
import { commonTexts } from "../i18n/common";
import { dayOf, formatAge, formatDate, formatInstant, formatMoney, formatMonth, formatNumber } from "../i18n/format";
import { homeTexts } from "../i18n/home";
import { Button, ButtonLink } from "../ui/button";
import { Figure } from "../ui/figure";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { useNow, useValue } from "../ui/observe";
import { Page, Section } from "../ui/page";
import { useLanguage, useTexts } from "../ui/preferences";
import { link } from "../ui/route";
import { toast } from "../ui/toast";
import { whyBlocked, whyClosed } from "./blocked";
import { BlockedLink, BlockedNotice } from "./blocked-notice";
import { CashCard, CashLate } from "./cash-card";
import { HomeChase } from "./chase/home-chase";
import { EnrolLink } from "./enrol-link";
import { shortName } from "./home-figures";
import { KeepingNotices } from "./keeping-notices";
import { Exams } from "./me/learning";
import { Target } from "./target";
import { useSlots } from "./use-slots";

/** What an agent needs to know before the next worker, and the one act: enrol. */
export function HomeScreen() {
  const t = useTexts(homeTexts);
  const me = useValue(engine.me);
  const device = useValue(engine.device);
  const sync = useValue(engine.sync.state);
  const drafts = useValue(engine.drafts.list);
  const now = useNow();
  const name = me?.agent.name ?? device.agent?.name ?? "";
  const timezone = device.branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const why = whyBlocked(me, today);
  const closed = whyClosed(me, today);
  return (
    <Page
      title={t.greeting(shortName(name))}
      testid="screen-home"
      foot={device.phase === "active" && (closed ? <BlockedLink why={closed} /> : <EnrolLink />)}
    >
      {why && <BlockedNotice why={why} />}
      <KeepingNotices today={today} />
      {!why && <QuotaNotice me={me} />}
      <DraftCard drafts={drafts} now={now} />
      {why === "trainee" ? <TowardsLicence /> : me ? <Figures me={me} now={now} today={today} /> : <FirstTime />}
      <Sending sync={sync} now={now} />
      {me?.licence && <Licence me={me} />}
      <Install />
    </Page>
  );
}

function FirstTime() {
  const t = useTexts(homeTexts);
  const common = useTexts(commonTexts);
  return (
    <Notice tone="note" title={t.firstTitle} testid="first-time">
      <p>{t.firstBody}</p>
      <p class="muted">{common.noFigures}</p>
    </Notice>
  );
}

/** A trainee has no figures yet, but a way ahead. */
function TowardsLicence() {
  const t = useTexts(blockedTexts);
  const about = useValue(engine.about);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  return (
    <>
      <Section title={t.steps} testid="towards-licence">
        <ol class="steps">
          <li>
            <a href="#/courses">{t.stepCourses}</a>
          </li>
          <li>{t.stepExam}</li>
          <li>{t.stepLicence}</li>
        </ol>
      </Section>
      {about && <Exams exams={about.exams} timezone={timezone} />}
    </>
  );
}

function QuotaNotice({ me }: { me: MeView | null }) {
  const t = useTexts(homeTexts);
  const { standing, ended } = useSlots(me);
  if (standing !== "waits" && standing !== "refused") return null;
  const isOut = me?.quota?.left === 0;
  return (
    <Notice tone="needs" title={isOut ? t.quotaOut : ended ? t.slotsEnded : t.slotsUsed} testid="quota-out">
      <p>{standing === "refused" ? t.quotaOutBlock : isOut ? t.quotaOutBody : t.slotsOutBody}</p>
    </Notice>
  );
}

/** How many more are sure to get in without signal, and until when. */
function SlotsLeft({ me }: { me: MeView }) {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const { left, until } = useSlots(me);
  if (left === 0 || until === null) return null;
  const end = formatInstant(until, me.branch.timezone, language);
  return (
    <p class="with-icon" data-testid="slots-left">
      <Icon name="check" />
      <span>
        {t.slotsLeft(formatNumber(left))} <span class="muted small">{t.slotsUntil(end)}</span>
      </span>
    </p>
  );
}

/** The newest form that was left unfinished, with how to go on and how to drop it. */
function DraftCard({ drafts, now }: { drafts: readonly Draft[]; now: number }) {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const [draft] = drafts;
  if (!draft) return null;
  const discard = async () => {
    await engine.drafts.discard(draft.id);
    toast(t.draftDiscarded, () => void engine.drafts.restore(draft.id));
  };
  const name = draft.fields.name;
  return (
    <section class="card card--needs" data-testid="draft">
      <div class="with-icon">
        <Icon name="pen" />
        <div>
          <strong>{name ? t.draftOf(name) : t.draftUnnamed}</strong>
          <p class="muted small">
            {t.draftSaved(formatAge(now - draft.savedAt, language))}
            {drafts.length > 1 && ` · ${t.moreDrafts(drafts.length - 1)}`}
          </p>
        </div>
      </div>
      <div class="row">
        <ButtonLink href={link("enrol", draft.id)} testid="draft-continue">
          {t.continueDraft}
        </ButtonLink>
        <Button kind="quiet" icon="trash" onPress={() => void discard()} testid="draft-discard">
          {t.discardDraft}
        </Button>
      </div>
    </section>
  );
}

function Figures({ me, now, today }: { me: MeView; now: number; today: string }) {
  const t = useTexts(homeTexts);
  const common = useTexts(commonTexts);
  const language = useLanguage();
  // Without signal the last figures stand: they are those of their own day.
  const day = dayOf(me.as_of_ms, me.branch.timezone);
  const isToday = day >= today;
  const isMonth = day.slice(0, 7) >= today.slice(0, 7);
  return (
    <>
      <p class="muted small as-of" data-testid="figures-age">
        {common.asOf(formatAge(now - me.as_of_ms, language))}
      </p>
      <CashLate />
      <Target me={me} today={today} />
      <SlotsLeft me={me} />
      <HomeChase today={today} />
      <Dues me={me} />
      <CashCard />
      <div class="columns">
        <Counts title={isToday ? t.today : formatDate(day, language)} figures={me.today} testid="today" />
        <Counts title={isMonth ? t.thisMonth : formatMonth(day, language)} figures={me.month} testid="month" />
      </div>
      <div class="columns">
        <ButtonLink icon="people" href="#/groups" testid="to-groups">
          {t.groups}
        </ButtonLink>
        <ButtonLink icon="badge" href="#/employers" testid="to-employers">
          {t.employers}
        </ButtonLink>
      </div>
      <div class="columns">
        {me.quota && (
          <Tile
            name={t.quotaLeft}
            value={formatNumber(me.quota.left)}
            detail={t.quotaOf(formatNumber(me.quota.cap))}
            testid="quota"
          />
        )}
        <Tile
          name={t.contributions}
          value={formatMoney(me.month.contributions)}
          detail={isMonth ? t.thisMonth : formatMonth(day, language)}
          testid="contributions"
        />
      </div>
    </>
  );
}

function Tile({ name, value, detail, testid }: { name: string; value: string; detail: string; testid: string }) {
  return (
    <section class="card tile" data-testid={testid}>
      <h2 class="tile__name">{name}</h2>
      <strong class="tile__value">{value}</strong>
      <span class="muted small">{detail}</span>
    </section>
  );
}

interface CountsProps {
  readonly title: string;
  readonly figures: MeView["today"];
  readonly testid: string;
}

function Counts({ title, figures, testid }: CountsProps) {
  const t = useTexts(homeTexts);
  const rows = [
    [t.enrolled, figures.enrolled, "enrolled"],
    [t.active, figures.active, "active"],
    [t.review, figures.review, "review"],
  ] as const;
  return (
    <section class="card counts" data-testid={testid}>
      <h2 class="tile__name">{title}</h2>
      <dl>
        {rows.map(([name, value, key]) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>
              <Figure value={value} testid={`${testid}-${key}`} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Dues({ me }: { me: MeView }) {
  const t = useTexts(homeTexts);
  const { count, amount } = me.dues;
  if (count === 0)
    return (
      <p class="muted with-icon">
        <Icon name="check" /> <span>{t.duesNone}</span>
      </p>
    );
  return (
    <a class="card card--link" href="#/members?state=accepted" data-testid="dues">
      <Icon name="wallet" />
      <span class="card__main">
        <span>{t.dues}</span>
        <strong class="tile__value">{formatMoney(amount)}</strong>
        <span class="muted small">{t.duesCount(count)}</span>
      </span>
      <Icon name="forward" />
    </a>
  );
}

function Sending({ sync, now }: { sync: SyncState; now: number }) {
  const t = useTexts(homeTexts);
  const common = useTexts(commonTexts);
  const language = useLanguage();
  const parts = [
    sync.oldestUnsentAt === null ? null : t.unsentOldest(formatAge(now - sync.oldestUnsentAt, language)),
    sync.unsentPhotos > 0 ? t.unsentPhotos(sync.unsentPhotos) : null,
  ].filter((part) => part !== null);
  const last = sync.lastSyncAt === null ? t.neverSynced : formatAge(now - sync.lastSyncAt, language);
  return (
    <a class="card card--link" href="#/outbox" data-testid="home-unsent">
      <Icon name={sync.unsent > 0 ? "outbox" : "check"} />
      <span class="card__main">
        <strong>{sync.unsent > 0 ? common.unsentCount(sync.unsent) : t.unsentNone}</strong>
        {parts.length > 0 && <span class="muted small">{parts.join(" · ")}</span>}
        <span class="muted small">
          {t.lastSync}: {last}
        </span>
      </span>
      <Icon name="forward" />
    </a>
  );
}

function Licence({ me }: { me: MeView }) {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const text = me.licence
    ? `${me.licence.number}, ${t.licenceUntil(formatDate(me.licence.valid_to, language))}`
    : t.licenceUnknown;
  return (
    <p class="muted small" data-testid="licence">
      {t.licence}: {text}
    </p>
  );
}

function Install() {
  const t = useTexts(homeTexts);
  const { installable } = useValue(engine.updates.state);
  if (!installable) return null;
  return (
    <Section title={t.installTitle} testid="install">
      <p>{t.installBody}</p>
      <Button icon="phone" onPress={() => void engine.updates.promptInstall()}>
        {t.install}
      </Button>
    </Section>
  );
}
