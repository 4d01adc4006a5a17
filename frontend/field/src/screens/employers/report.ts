/** What an agent reports of a worker: that they left, or earn something else. Pure. */
import type { EmployersKept, EmployerTold, OpView, WorkerReport } from "../../engine";
import { addMonths } from "../../rules/dates";

export type Told = EmployerTold["workers"][number];

/** How far a report may lie from the present month; the server judges by the same. */
const [BACK, AHEAD] = [3, 1];
const MOST_REPORTS = 200;

/** `pending` until the server has decided; `taken` is what it accepted, `undoing` waits for its word. */
export type ReportState = "pending" | "taken" | "refused" | "undoing" | "undone";

export interface ReportView {
  readonly report: WorkerReport;
  readonly state: ReportState;
  readonly op: OpView | null;
}

/** Months that a report can name, the present one first where it fits. Of a leaver the last month of work. */
export function monthsOf(kind: WorkerReport["kind"], worker: Told, today: string): string[] {
  const joined = worker.from ?? null;
  const paid = worker.paid_through ?? null;
  const months: string[] = [];
  for (let ahead = -BACK; ahead <= AHEAD; ahead += 1) {
    const month = addMonths(today, ahead);
    const first = joined === null ? month : kind === "left" ? addMonths(joined, -1) : joined;
    const afterPaid = paid === null || (kind === "left" ? month >= paid : month > paid);
    const beforeEnd = kind === "left" || worker.until === null || month <= worker.until;
    if (month >= first && afterPaid && beforeEnd) months.push(month);
  }
  return months;
}

/** What to choose first: the present month, or the first one after it. */
export function likely(months: readonly string[], today: string): string | null {
  return months.find((month) => month >= today.slice(0, 7)) ?? months[months.length - 1] ?? null;
}

export function viewReport(report: WorkerReport, ops: readonly OpView[]): ReportView {
  const of = (id: string | null) => ops.find((op) => op.id === id) ?? null;
  const [made, undo] = [of(report.op), of(report.undoneBy)];
  const isRefused = (op: OpView | null) => op?.status === "rejected" || op?.status === "conflict";
  if (isRefused(made)) return { report, state: "refused", op: made };
  if (isRefused(undo)) return { report, state: "taken", op: undo };
  if (report.undoneBy !== null) return { report, state: undo === null ? "undone" : "undoing", op: undo };
  return { report, state: made === null ? "taken" : "pending", op: made };
}

/** Those of one worker that still say something, newest first: decided ones go once the server tells the list anew. */
export function reportsOf(kept: EmployersKept, enrolment: string, ops: readonly OpView[]): ReportView[] {
  return (kept.reports ?? [])
    .filter((one) => one.enrolment === enrolment)
    .map((one) => viewReport(one, ops))
    .filter(({ report, state, op }) => op !== null || (state === "taken" && report.at > kept.fetchedAt));
}

export function withReport(kept: EmployersKept, report: WorkerReport): EmployersKept {
  const others = (kept.reports ?? []).filter((one) => one.op !== report.op);
  return { ...kept, reports: [report, ...others].slice(0, MOST_REPORTS) };
}

/** The newest report that the list of today came from, so that a mistake can be taken back also after it was sent. */
export function standing(kept: EmployersKept, worker: Told, ops: readonly OpView[]): WorkerReport | null {
  const [newest] = (kept.reports ?? []).filter((one) => one.enrolment === worker.enrolment);
  if (newest === undefined || viewReport(newest, ops).state !== "taken" || newest.undoneBy !== null) return null;
  return newest.kind === "left" && worker.until === newest.month ? newest : null;
}
