/** Groups on the phone: what the server told, with what was made here since. Pure. */
import type { EndingTold, FundingOutcome, GroupsKept, GroupsTold, GroupTold } from "./contract-groups";

export const GROUPS_PATH = "/api/v1/sync/groups";
export const NO_GROUPS: GroupsKept = { told: null, fetchedAt: 0, made: [], answers: {} };
/** Answers after which nobody asks again. */
const LAST: readonly (FundingOutcome | null)[] = ["refused", "moved", "died"];

/** What the server says; throws where it is no such answer. */
export function readGroups(answer: unknown): GroupsTold {
  const { groups, ending } = answer as Partial<GroupsTold>;
  if (!Array.isArray(groups) || !Array.isArray(ending)) throw new TypeError("no list of groups");
  return { groups: groups as readonly GroupTold[], ending: ending as readonly EndingTold[] };
}

/** What the server knows by now need not be kept beside it; answers stay until it tells of them. */
export function withGroups(kept: GroupsKept, told: GroupsTold, fetchedAt: number): GroupsKept {
  const known = new Set(told.groups.map((group) => group.id));
  const open = new Map(told.ending.map((one) => [answerKey(one), one.outcome]));
  const answers = Object.entries(kept.answers).filter(([key, outcome]) => open.has(key) && open.get(key) !== outcome);
  return {
    told,
    fetchedAt,
    made: kept.made.filter((group) => !known.has(group.id)),
    answers: Object.fromEntries(answers),
  };
}

export function withGroup(kept: GroupsKept, group: GroupTold): GroupsKept {
  return { ...kept, made: [...kept.made.filter((one) => one.id !== group.id), group] };
}

export function withAnswer(kept: GroupsKept, about: EndingTold, outcome: FundingOutcome): GroupsKept {
  return { ...kept, answers: { ...kept.answers, [answerKey(about)]: outcome } };
}

/** Those made here first, then by name. */
export function allGroups({ made, told }: GroupsKept): readonly GroupTold[] {
  return [...made, ...(told?.groups ?? [])];
}

/** Whom to speak with still: with the answer of this phone where there is one, and without those who gave a last one. */
export function endingNow(kept: GroupsKept): readonly EndingTold[] {
  return (kept.told?.ending ?? [])
    .map((one) => ({ ...one, outcome: kept.answers[answerKey(one)] ?? one.outcome }))
    .filter((one) => !LAST.includes(one.outcome));
}

function answerKey({ id, last_month }: EndingTold): string {
  return `${id} ${last_month}`;
}
