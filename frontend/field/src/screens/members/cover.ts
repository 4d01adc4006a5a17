import type { MemberView, Preferences } from "../../engine";
import { formatDate, formatMonth } from "../../i18n/format";
import type { membersTexts } from "../../i18n/members";
import { addMonths, monthOf } from "../../rules/dates";

/** The same three words everywhere: protected, not protected but can catch up, ended; or not covered yet. */
export type Cover =
  | { readonly is: "none" }
  | { readonly is: "lapsed" }
  | { readonly is: "paid"; readonly until: string }
  | { readonly is: "unpaid"; readonly since: string; readonly until: string | null };

type Known = Pick<MemberView, "state" | "paidThrough" | "protectedUntil" | "catchUpUntil">;

/** Cover on a day, `2026-11-22`, by the server's days; by months alone where an older server told none. */
export function coverOf(member: Known, today: string): Cover {
  if (member.state === "lapsed" || member.state === "ended") return { is: "lapsed" };
  if (member.paidThrough === null || member.state === "accepted") return { is: "none" };
  const since = addMonths(monthOf(member.paidThrough), 1);
  const until = member.protectedUntil ?? lastDay(monthOf(member.paidThrough));
  if (today <= until) return { is: "paid", until };
  const last = member.catchUpUntil ?? null;
  return last !== null && today > last ? { is: "lapsed" } : { is: "unpaid", since, until: last };
}

function lastDay(month: string): string {
  const next = new Date(`${addMonths(month, 1)}-01T00:00:00Z`);
  return new Date(next.getTime() - 86_400_000).toISOString().slice(0, 10);
}

/** The state in words that a member understands. */
export function coverText(
  cover: Cover,
  t: (typeof membersTexts)[Preferences["language"]],
  language: Preferences["language"],
): string {
  if (cover.is === "paid") return t.protectedUntil(formatDate(cover.until, language));
  if (cover.is === "lapsed") return t.lapsedCover;
  if (cover.is === "none") return t.notCovered;
  if (cover.until === null) return t.unpaidSince(formatMonth(cover.since, language));
  return t.catchUpUntil(formatDate(cover.until, language), formatMonth(cover.since, language));
}

/** The same on a line of a list: the day alone. */
export function coverDetail(
  cover: Cover,
  t: (typeof membersTexts)[Preferences["language"]],
  language: Preferences["language"],
): string {
  if (cover.is === "paid") return t.until(formatDate(cover.until, language));
  if (cover.is !== "unpaid") return "";
  return cover.until === null
    ? t.unpaidSince(formatMonth(cover.since, language))
    : t.payUntil(formatDate(cover.until, language));
}
