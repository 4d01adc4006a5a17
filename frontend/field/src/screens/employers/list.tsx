import { useEffect, useState } from "preact/hooks";
import { type EmployersKept, type EmployerTold, type ErrorView, engine } from "../../engine";
import { EMPLOYERS_PATH, notTold, readEmployers } from "../../engine/employers";
import { commonTexts } from "../../i18n/common";
import { employersTexts } from "../../i18n/employers";
import { formatAge, formatDate, formatMoney, formatMonth, inGroups } from "../../i18n/format";
import { ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Badge, Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { BlockedScreen, findWhy } from "../blocked-notice";
import { changeEmployers, findEmployers } from "./visit";
import { WorkerRow } from "./worker-row";

/** What is kept at once, and what the server says as soon as it answers. */
function useEmployers() {
  const [kept, setKept] = useState<EmployersKept | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const { lastSyncAt } = useValue(engine.sync.state);
  useEffect(() => {
    void findEmployers().then(setKept);
    const askedAt = Date.now();
    engine.learning
      .ask(EMPLOYERS_PATH)
      .then((answer) => changeEmployers((now) => ({ ...now, told: readEmployers(answer), fetchedAt: askedAt })))
      .then((now) => {
        setKept(now);
        setProblem(null);
      })
      .catch((failure: unknown) => setProblem(asErrorView(failure)));
  }, [lastSyncAt]);
  return { kept, setKept, problem };
}

/** The agent's own employers: who they are, how many workers, what is owed and with which code. */
export function EmployerList() {
  const t = useTexts(employersTexts);
  const common = useTexts(commonTexts);
  const language = useLanguage();
  const { kept, setKept, problem } = useEmployers();
  const [why] = useState(findWhy);
  if (why) return <BlockedScreen why={why} />;
  const waiting = kept === null ? [] : notTold(kept);
  return (
    <Page
      title={t.title}
      back={{ href: "#/", label: t.back }}
      testid="screen-employers"
      foot={
        <ButtonLink kind="primary" wide icon="plus" href="#/employers/new" testid="employer-new">
          {kept?.visit ? t.goOn : t.add}
        </ButtonLink>
      }
    >
      {kept === null && <p class="appear-late">{common.loading}</p>}
      {problem && kept?.told == null && <ErrorNotice error={problem} />}
      {kept?.told && <p class="muted small">{t.asOf(formatAge(Date.now() - kept.fetchedAt, language))}</p>}
      {kept && waiting.length === 0 && (kept.told?.length ?? 0) === 0 && (
        <Empty title={t.none}>
          <p>{t.noneBody}</p>
        </Empty>
      )}
      {waiting.map((one) => (
        <a key={one.op} class="card card--link firm" href={`#/employers/slip/${one.op}`} data-testid="employer-waiting">
          <strong>{one.name}</strong>
          <span class="muted">{t.workers(one.workers.length)}</span>
          <Badge tone="note" icon="clock">
            {t.waiting}
          </Badge>
        </a>
      ))}
      {kept?.told?.map((one) => (
        <FirmCard key={one.id} firm={one} kept={kept} onKept={setKept} />
      ))}
    </Page>
  );
}

interface CardProps {
  readonly firm: EmployerTold;
  readonly kept: EmployersKept;
  readonly onKept: (kept: EmployersKept) => void;
}

function FirmCard({ firm, kept, onKept }: CardProps) {
  const t = useTexts(employersTexts);
  const language = useLanguage();
  const { bill } = firm;
  return (
    <details class="card firm" data-testid="employer">
      <summary>
        <strong>{firm.name}</strong> <span class="muted">{t.workers(firm.workers.length)}</span>
        {bill && (
          <Badge tone={bill.state === "paid" ? "done" : "needs"} icon={bill.state === "paid" ? "check" : "clock"}>
            {(bill.state === "paid" ? t.billPaid : t.billOpen)(
              formatMoney(bill.amount),
              formatMonth(bill.month, language),
            )}
          </Badge>
        )}
      </summary>
      <p class="muted">
        {firm.owner}
        {firm.npp && ` · NPP ${firm.npp}`}
      </p>
      {firm.is_alike && <Notice tone="needs">{t.alike}</Notice>}
      {bill === null && <p>{t.billNone}</p>}
      {bill && bill.state !== "paid" && (
        <p>
          {t.code}: <strong class="firm__code">{inGroups(bill.code)}</strong>
          <br />
          <span class="muted">{t.due(formatDate(bill.due, language))}</span>
        </p>
      )}
      {bill && bill.state !== "paid" && (
        <ButtonLink icon="plus" href={`#/cash/new?payer=${firm.id}`} testid="employer-cash">
          {t.takeCash}
        </ButtonLink>
      )}
      <ul class="hands">
        {firm.workers.map((one) => (
          <WorkerRow key={one.enrolment} kept={kept} employer={firm.id} worker={one} onKept={onKept} />
        ))}
      </ul>
    </details>
  );
}
