/** Reports about workers, made into ops and taken back. */
import { type EmployersKept, engine, type Place, type WorkerReport } from "../../engine";
import type { WageKind } from "./hand";
import { type ReportView, type Told, withReport } from "./report";
import { changeEmployers } from "./visit";

interface Asked {
  /** Kept by the screen, so that a second press makes no second report. */
  readonly id: string;
  readonly place: Place | null;
  readonly kind: WorkerReport["kind"];
  readonly employer: string;
  readonly worker: Told;
  readonly month: string;
  readonly wage: { readonly kind: WageKind; readonly amounts: readonly number[]; readonly month: number } | null;
}

export async function record({ id, place, kind, employer, worker, month, wage }: Asked): Promise<EmployersKept> {
  const { enrolment, name } = worker;
  const op =
    wage === null
      ? await engine.learning.append("worker_left", { employer, enrolment, month }, place, name, id)
      : await engine.learning.append(
          "worker_wage",
          { employer, enrolment, from_month: month, wage: { kind: wage.kind, amounts: wage.amounts } },
          place,
          name,
          id,
        );
  const report = { op: op.id, employer, enrolment, kind, month, wage: wage?.month ?? null, undoneBy: null };
  return changeEmployers((kept) => withReport(kept, { ...report, at: Date.now() }));
}

/** By an op of its own: a chain of signed ops loses none. */
export async function takeBack(report: WorkerReport, name: string): Promise<EmployersKept> {
  const kind = report.kind === "left" ? "worker_left" : "worker_wage";
  const undo = await engine.learning.append(kind, { undoes: report.op }, null, name);
  const undone = { ...report, undoneBy: undo.id, at: Date.now() };
  return changeEmployers((kept) => withReport(kept, undone));
}

/** The agent has read why it was refused; a refused undo leaves the report as it was. */
export async function dismiss({ report, op }: ReportView): Promise<EmployersKept> {
  if (op !== null) await engine.outbox.dismiss(op.id);
  return changeEmployers((kept) =>
    report.undoneBy !== null && op?.id === report.undoneBy
      ? withReport(kept, { ...report, undoneBy: null })
      : { ...kept, reports: (kept.reports ?? []).filter((one) => one.op !== report.op) },
  );
}
