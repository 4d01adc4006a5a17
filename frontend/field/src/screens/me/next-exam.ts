import type { OwnExam } from "../../engine";

/** The one that can be taken first and is not over. */
export function nextExam(exams: readonly OwnExam[], now: number): OwnExam | null {
  const open = exams.filter((exam) => exam.closes_at === null || Date.parse(exam.closes_at) > now);
  const opens = (exam: OwnExam) => (exam.opens_at === null ? 0 : Date.parse(exam.opens_at));
  return open.reduce<OwnExam | null>((a, b) => (a && opens(a) <= opens(b) ? a : b), null);
}
