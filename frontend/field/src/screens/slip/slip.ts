/** What the worker takes along: no NIK, no No. KK, the name shortened. Pure: the day, the texts and the zone are passed in. */
import type { MemberView } from "../../engine";
import { formatDate, formatInstant, formatMoney, inGroups } from "../../i18n/format";
import type { Language } from "../../i18n/language";
import type { slipTexts } from "../../i18n/slip";
import { monthEnd } from "../../rules/dates";

type Texts = (typeof slipTexts)["id"];

export interface Slip {
  readonly heading: string;
  readonly name: string;
  readonly amount: string;
  /** As the bank wants it; null while there is none. */
  readonly code: string | null;
  readonly codeShown: string;
  readonly until: string;
  /** Whether a bank takes the code now. */
  readonly ready: boolean;
  /** What is said about it, the most important first. */
  readonly notes: readonly string[];
  readonly rows: readonly (readonly [string, string])[];
  readonly foot: readonly string[];
}

export interface SlipInput {
  readonly member: MemberView;
  /** Sum named to the worker, for a bill that is not there yet. */
  readonly shown: number | null;
  readonly agent: { readonly name: string; readonly code: string };
  readonly branch: string;
  readonly timezone: string;
  readonly language: Language;
  readonly texts: Texts;
}

const BEFORE_ANSWER = ["unsent", "captured", "review"];

/** A slip is for who still has the first contribution to pay. */
export function hasSlip(member: Pick<MemberView, "state" | "paymentCode" | "cancelling">): boolean {
  if (member.cancelling) return false;
  return BEFORE_ANSWER.includes(member.state) || (member.state === "accepted" && member.paymentCode !== null);
}

/** The last moment to pay is over by the time that this phone trusts: the server has ended the code, or will. */
export function isPast(member: Pick<MemberView, "state" | "payBy">, now: number): boolean {
  return member.state === "accepted" && member.payBy !== null && Date.parse(member.payBy) < now;
}

/** The first word and the initials of the rest; a name of one word is whole: `Siti A.`, `Suparman`. */
export function shortenName(name: string): string {
  const [first = "", ...rest] = name.trim().split(/\s+/);
  return [first, ...rest.map((word) => `${word.charAt(0).toUpperCase()}.`)].join(" ");
}

/** The sum that a slip names: the bill's, or what was said while there is none. Null where neither is known. */
export function amountOf(member: Pick<MemberView, "amount">, shown: number | null): number | null {
  return member.amount ?? shown;
}

export function makeSlip({ member, shown, agent, branch, timezone, language, texts: t }: SlipInput): Slip {
  const ready = member.state === "accepted" && member.paymentCode !== null;
  const amount = amountOf(member, shown);
  const sum = amount === null ? "-" : formatMoney(amount);
  const code = member.paymentCode;
  // Before there is a bill, the price holds to the end of the month in which it was named.
  const until = member.payBy
    ? formatInstant(member.payBy, timezone, language)
    : formatDate(monthEnd(member.capturedOn), language);
  const name = shortenName(member.name);
  return {
    heading: t.heading,
    name,
    amount: sum,
    code,
    codeShown: code ? inGroups(code) : t.codeLater,
    until,
    ready,
    notes: [...(ready ? [] : [code ? t.notYet : t.notYetNoCode]), t.cover],
    rows: [
      [t.worker, name],
      [t.programmes, member.programmes.join(" + ")],
      [t.months, t.monthsCount(member.months)],
      [t.until, until],
    ],
    foot: [
      t.where,
      t.complaint,
      `${t.agent}: ${agent.name} (${agent.code})`,
      `${branch}. ${t.madeOn} ${formatDate(member.capturedOn, language)}`,
      ...(member.payLink && ready ? [`${t.link}: ${member.payLink}`] : []),
    ],
  };
}
