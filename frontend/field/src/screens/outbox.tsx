import { engine, type OpView, type SyncState } from "../engine";
import { formatAge, formatTime } from "../i18n/format";
import { outboxTexts } from "../i18n/outbox";
import { Button, ButtonLink } from "../ui/button";
import { ErrorNotice } from "../ui/error-notice";
import type { IconName } from "../ui/icon";
import { Badge, Notice, type Tone } from "../ui/notice";
import { useNow, useValue } from "../ui/observe";
import { Empty, Page, Section } from "../ui/page";
import { useLanguage, useTexts } from "../ui/preferences";
import { link } from "../ui/route";
import { OutboxFile } from "./outbox-file";
import { groupOps } from "./outbox-groups";

type Words = (typeof outboxTexts)["id"];

const LOOKS: Record<OpView["status"], { tone: Tone; icon: IconName }> = {
  unsent: { tone: "needs", icon: "phone" },
  received: { tone: "note", icon: "sync" },
  held: { tone: "note", icon: "clock" },
  invalid: { tone: "stop", icon: "warning" },
  accepted: { tone: "done", icon: "check" },
  review: { tone: "note", icon: "search" },
  rejected: { tone: "stop", icon: "cross" },
  conflict: { tone: "stop", icon: "warning" },
};

/** Everything on its way: what it is, where it is, how old it is, and what is safe. */
export function OutboxScreen() {
  const t = useTexts(outboxTexts);
  const ops = useValue(engine.outbox.list);
  const sync = useValue(engine.sync.state);
  const groups = groupOps(ops);
  const code = useValue(engine.device).agent?.code;
  const { profiles } = useValue(engine.lock.state);
  const old = profiles.filter((profile) => profile.retired && profile.code === code);
  const oldUnsent = old.reduce((sum, profile) => sum + profile.unsent, 0);
  const nothing = ops.length === 0 && sync.unsentPhotos === 0 && oldUnsent === 0;
  return (
    <Page
      title={t.title}
      testid="screen-outbox"
      foot={
        <Button
          kind="primary"
          wide
          icon="sync"
          busy={sync.syncing}
          onPress={() => void engine.sync.now()}
          testid="send-now"
        >
          {t.sendNow}
        </Button>
      }
    >
      <LastTry sync={sync} />
      {nothing && (
        <Empty title={t.empty}>
          <p>{t.emptyBody}</p>
        </Empty>
      )}
      <OpSection title={t.waiting} ops={groups.waiting} />
      {groups.waiting.length > 0 && (
        <Notice tone="done" icon="shield" testid="what-is-safe">
          <p>{t.safe}</p>
          <p>{t.dontClear}</p>
        </Notice>
      )}
      {groups.waiting.length + oldUnsent > 0 && <OutboxFile oldUnsent={oldUnsent} />}
      <OpSection title={t.decided} ops={groups.decided} />
      <OpSection title={t.atServer} ops={groups.atServer} />
      {sync.unsentPhotos > 0 && (
        <Section title={t.photos(sync.unsentPhotos)} testid="unsent-photos">
          <p class="muted">{t.photosBody}</p>
        </Section>
      )}
    </Page>
  );
}

function LastTry({ sync }: { sync: SyncState }) {
  const t = useTexts(outboxTexts);
  const language = useLanguage();
  const now = useNow();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  return (
    <>
      <p class="muted" data-testid="last-sync">
        {sync.lastSyncAt === null ? t.neverSynced : t.lastSync(formatAge(now - sync.lastSyncAt, language))}
      </p>
      {sync.error && <ErrorNotice error={sync.error} title={t.failed} testid="sync-error" />}
      {sync.nextTryAt !== null && !sync.syncing && (sync.error !== null || sync.unsent > 0) && (
        <p class="muted">{t.nextTry(formatTime(sync.nextTryAt, timezone))}</p>
      )}
    </>
  );
}

function OpSection({ title, ops }: { title: string; ops: readonly OpView[] }) {
  if (ops.length === 0) return null;
  return (
    <Section title={title}>
      <ul class="ops">
        {ops.map((op) => (
          <OpRow key={op.id} op={op} />
        ))}
      </ul>
    </Section>
  );
}

function describe(op: OpView, t: Words): string {
  if (op.kind === "course_progress") return t.courseOp(op.learning ?? "");
  if (op.kind === "attend") return t.attendOp;
  if (op.kind === "appeal") return t.appealOp(op.learning ?? "");
  if (op.kind === "renew") return t.renewOp;
  if (op.kind === "cash_receipt") return t.cashOp(op.learning ?? "");
  if (op.kind === "cash_void") return t.cashVoidOp(op.learning ?? "");
  if (op.kind === "advance_bill") return t.advanceOp;
  if (op.kind === "change_terms") return t.termsOp;
  if (op.kind === "reactivate") return t.returnOp;
  if (op.kind === "cash_deposit") return t.cashDepositOp;
  if (op.kind === "employer") return t.employerOp(op.learning ?? "");
  if (op.kind === "worker") return t.workerOp(op.learning ?? "");
  if (op.kind === "worker_left") return t.leftOp(op.learning ?? "");
  if (op.kind === "worker_wage") return t.wageOp(op.learning ?? "");
  if (op.kind === "group_new") return t.groupOp(op.learning ?? "");
  if (op.kind === "funding_answer") return t.fundingOp(op.learning ?? "");
  if (op.kind === "visit_outcome") return t.visitOp(op.learning ?? "");
  if (op.kind === "cancel") return op.name ? t.cancelOp(op.name) : t.cancelOpUnnamed;
  return op.name ? t.enrolOp(op.name) : t.enrolOpUnnamed;
}

function OpRow({ op }: { op: OpView }) {
  const t = useTexts(outboxTexts);
  const language = useLanguage();
  const now = useNow();
  const look = LOOKS[op.status];
  const final = op.status === "rejected" || op.status === "conflict";
  return (
    <li class="card op" data-testid="op" data-status={op.status} data-op={op.id}>
      <strong>{describe(op, t)}</strong>
      <div class="op__state">
        <Badge tone={look.tone} icon={look.icon}>
          {t[op.status]}
        </Badge>
        <span class="muted small">{t.made(formatAge(now - op.madeAt, language))}</span>
      </div>
      {op.error && <ErrorNotice error={op.error} testid="op-error" />}
      <div class="row">
        {op.kind === "enrol" && (
          <ButtonLink kind="quiet" href={link("member", op.id)} testid="op-see">
            {t.see}
          </ButtonLink>
        )}
        {final && (
          <Button kind="quiet" icon="check" onPress={() => void engine.outbox.dismiss(op.id)} testid="op-dismiss">
            {t.dismiss}
          </Button>
        )}
      </div>
    </li>
  );
}
