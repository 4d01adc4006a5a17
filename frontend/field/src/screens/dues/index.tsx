import { useState } from "preact/hooks";
import { type DuesKind, type ErrorView, engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { duesTexts } from "../../i18n/dues";
import { dayOf } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { type PhoneRules, readRules } from "../../rules/document";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { coverOf, coverText } from "../members/cover";
import { Ahead } from "./ahead";
import { Back } from "./back";
import { Change } from "./change";

export interface DuesProps {
  readonly member: MemberView;
  readonly rules: PhoneRules;
  readonly today: string;
  readonly send: (kind: DuesKind, body: object) => Promise<void>;
}

async function gather(key: string) {
  const [member, rules] = await Promise.all([engine.members.find(key), engine.reference.rules()]);
  return { member, rules: readRules(rules) };
}

/** The server has not decided yet. */
const WAITING: readonly string[] = ["unsent", "invalid", "received", "held", "review"];

/** `#/dues/<member>`: what can be done about the dues of one member, also without signal. */
export function DuesScreen({ memberKey }: { memberKey: string }) {
  const t = useTexts(duesTexts);
  const common = useTexts(commonTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => gather(memberKey), [memberKey, revision]);
  const back = { href: link("member", memberKey), label: t.back };
  return (
    <Page title={t.title} back={back} testid="screen-dues">
      {loaded.state === "loading" && <p class="appear-late">{common.loading}</p>}
      {loaded.state === "failed" && <Notice tone="needs" title={t.noRules} />}
      {loaded.state === "done" && !loaded.value.member?.terms && (
        <Empty title={t.cannot}>
          <p>{t.noRules}</p>
        </Empty>
      )}
      {loaded.state === "done" && loaded.value.member?.terms && (
        <Dues member={loaded.value.member} rules={loaded.value.rules} />
      )}
    </Page>
  );
}

function Dues({ member, rules }: { member: MemberView; rules: PhoneRules }) {
  const t = useTexts(duesTexts);
  const words = useTexts(membersTexts);
  const language = useLanguage();
  const ops = useValue(engine.outbox.list);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const cover = coverOf(member, today);
  const own = ops.filter((op) => op.learning === member.key);
  const newest = own.reduce<(typeof own)[number] | null>((a, b) => (a && a.seq > b.seq ? a : b), null);
  const waits = newest !== null && WAITING.includes(newest.status);
  const send = async (kind: DuesKind, body: object) => {
    try {
      await engine.learning.append(kind, body, null, member.key);
      setProblem(null);
    } catch (failure) {
      setProblem(asErrorView(failure));
    }
  };
  const props = { member, rules, today, send };
  return (
    <>
      <h2 class="cover">{member.name}</h2>
      <Notice tone={cover.is === "paid" ? "done" : cover.is === "unpaid" ? "needs" : "stop"} testid="dues-cover">
        <p>{coverText(cover, words, language)}</p>
      </Notice>
      {problem && <ErrorNotice error={problem} />}
      {newest?.error && <ErrorNotice error={newest.error} title={t.refused} testid="dues-refused" />}
      {newest?.status === "accepted" && <Notice tone="done" title={t.taken} testid="dues-taken" live />}
      {waits && <Notice tone="note" title={t.kept} testid="dues-kept" live />}
      {!waits && member.state === "active" && <Ahead {...props} />}
      {!waits && member.state === "active" && <Change {...props} />}
      {!waits && member.state === "lapsed" && <Back {...props} />}
    </>
  );
}
