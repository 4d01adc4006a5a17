/** How courses are taken on the phone: pure rules, the same as the server's. */
import type { Answers, CourseHead, CourseList, CourseView, LearningKept, TakingKept } from "../contract-learning";
import type { Module, QuestionPart } from "./content";

export interface Mark {
  readonly right: number;
  readonly asked: number;
  readonly passed: boolean;
}

export function questionsOf(module: Module): readonly QuestionPart[] {
  return module.parts.filter((part) => part.kind === "question");
}

export function isRight(question: QuestionPart, chosen: readonly number[] | undefined): boolean {
  const given = [...new Set(chosen ?? [])].sort((a, b) => a - b);
  return given.length === question.right.length && given.every((one, place) => one === question.right[place]);
}

export function markModule(module: Module, answers: Answers, passPercent: number): Mark {
  const questions = questionsOf(module);
  const right = questions.filter((question) => isRight(question, answers[question.id])).length;
  return { right, asked: questions.length, passed: right * 100 >= passPercent * questions.length };
}

export function isComplete(taking: TakingKept): boolean {
  return taking.version.modules.every((module) => taking.passed.includes(module));
}

/** The taking that goes on: the phone's newest that is not complete, else the one the server knows of. */
export function openTaking(course: CourseView, kept: LearningKept): TakingKept | null {
  const own = kept.takings.filter((taking) => taking.course === course.id);
  const open = own.filter((taking) => !isComplete(taking)).at(-1);
  const { taking: told } = course;
  if (open !== undefined) {
    const more = told?.id === open.id ? told.passed : [];
    return { ...open, passed: [...new Set([...open.passed, ...more])] };
  }
  if (told === null || own.some((taking) => taking.id === told.id)) return null;
  return { id: told.id, course: course.id, version: told.version, begunAt: 0, passed: told.passed, draft: null };
}

/** Completed here, and the server has not said so yet. */
export function awaited(course: CourseView, kept: LearningKept): TakingKept | null {
  const own = kept.takings.filter((taking) => taking.course === course.id && isComplete(taking));
  return own.at(-1) ?? null;
}

/** Nothing of it is open and nothing is asked: it may be read, and taken again from the beginning. */
export function isFinished(course: CourseView, kept: LearningKept): boolean {
  if (openTaking(course, kept) !== null) return false;
  return awaited(course, kept) !== null || (course.done_on !== null && !course.missing);
}

/** With a newer list from the server. What it tells as done needs nothing on the phone any more, once nothing is `unsent`. */
export function withList(kept: LearningKept, list: CourseList, unsent: boolean, now: number): LearningKept {
  const done = new Set(list.courses.map((course) => course.done_version));
  const takings = kept.takings.filter((one) => unsent || !isComplete(one) || !done.has(one.version.id));
  return { list, fetchedAt: now, takings };
}

export function withTaking(kept: LearningKept, taking: TakingKept): LearningKept {
  return { ...kept, takings: [...kept.takings.filter((one) => one.id !== taking.id), taking] };
}

/** Versions that may still be opened: offered ones, and those that were begun. */
export function neededVersions(kept: LearningKept): ReadonlySet<string> {
  const heads: (CourseHead | null | undefined)[] = kept.takings.map((taking) => taking.version);
  for (const course of kept.list?.courses ?? []) heads.push(course.version, course.taking?.version);
  return new Set(heads.filter((head) => head != null).map((head) => head.id));
}

/** The eight digits of a code, typed, or in the address that the QR holds; null where there are none. */
export function readDigits(text: string): string | null {
  const found = /#\/courses\/attend\/(\d{8})(?!\d)/.exec(text)?.[1] ?? text.replace(/[\s.-]/g, "");
  return /^\d{8}$/.test(found) ? found : null;
}
