import { useState } from "preact/hooks";
import { type EmployersKept, type ErrorView, engine, type WorkerReport } from "../../engine";
import { employersTexts } from "../../i18n/employers";
import { formatMoney, formatMonth } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Badge } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";
import { type ReportView, reportsOf, standing, type Told } from "./report";
import { dismiss, takeBack } from "./report-acts";

interface Props {
  readonly kept: EmployersKept;
  readonly employer: string;
  readonly worker: Told;
  readonly onKept: (kept: EmployersKept) => void;
}

/** One worker of an employer: the wage, what was reported and not confirmed, and the way to report. */
export function WorkerRow({ kept, employer, worker, onKept }: Props) {
  const t = useTexts(employersTexts);
  const language = useLanguage();
  const ops = useValue(engine.outbox.list);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const reports = reportsOf(kept, worker.enrolment, ops);
  const stands = standing(kept, worker, ops);
  const undo = async (report: WorkerReport) => {
    try {
      onKept(await takeBack(report, worker.name));
      toast(t.takenBack);
      setProblem(null);
    } catch (failure) {
      setProblem(asErrorView(failure));
    }
  };
  const isOpen = reports.some(({ state }) => state === "pending" || state === "undoing");
  return (
    <li class="hand" data-testid="hand-told">
      <span class="hand__name">
        <strong>{worker.name}</strong>{" "}
        <span class="muted">
          {formatMoney(worker.wage)}
          {worker.state === "review" && ` · ${t.inReview}`}
        </span>
      </span>
      {worker.until !== null && (
        <Badge tone="note" icon="info">
          {t.leftTaken(formatMonth(worker.until, language))}
        </Badge>
      )}
      {reports.map((one) => (
        <Reported
          key={one.report.op}
          view={one}
          onUndo={() => void undo(one.report)}
          onRead={() => void dismiss(one).then(onKept)}
        />
      ))}
      {problem && <ErrorNotice error={problem} />}
      {stands !== null && reports.length === 0 && (
        <Button kind="quiet" icon="undo" onPress={() => void undo(stands)} testid="report-undo">
          {t.takeBack}
        </Button>
      )}
      {!isOpen && worker.until === null && worker.state !== "rejected" && (
        <ButtonLink kind="quiet" icon="pen" href={`#/employers/report/${employer}/${worker.enrolment}`} testid="report">
          {t.report}
        </ButtonLink>
      )}
    </li>
  );
}

interface ReportedProps {
  readonly view: ReportView;
  readonly onUndo: () => void;
  readonly onRead: () => void;
}

function Reported({ view: { report, state, op }, onUndo, onRead }: ReportedProps) {
  const t = useTexts(employersTexts);
  const language = useLanguage();
  const month = formatMonth(report.month, language);
  const wage = formatMoney(report.wage ?? 0);
  if (state === "undoing") {
    return (
      <Badge tone="note" icon="clock">
        {t.undoing}
      </Badge>
    );
  }
  const said =
    state === "taken"
      ? report.kind === "left"
        ? t.leftTaken(month)
        : t.wageTaken(wage, month)
      : report.kind === "left"
        ? t.leftPending(month)
        : t.wagePending(wage, month);
  return (
    <div class="firm" data-testid="reported" data-state={state}>
      {state !== "refused" && (
        <Badge tone={state === "taken" ? "done" : "needs"} icon={state === "taken" ? "check" : "clock"}>
          {said}
        </Badge>
      )}
      {op?.error && <ErrorNotice error={op.error} title={t.refused} testid="report-refused" />}
      {state === "pending" && (
        <Button kind="quiet" icon="undo" onPress={onUndo} testid="report-undo">
          {t.takeBack}
        </Button>
      )}
      {op?.error && (
        <Button kind="quiet" icon="check" onPress={onRead} testid="report-read">
          {t.read}
        </Button>
      )}
    </div>
  );
}
