/** Addresses of the records behind a number: the members list, filtered by what the number counts. */

import type { Screen } from "./state";

const LETTERS: Record<string, string> = {
  region: "w",
  branch: "b",
  sub_branch: "s",
  agency_office: "o",
  agent: "a",
  regency: "r",
};

interface Behind {
  level: string;
  key: string;
  metric: string;
  from: string;
  to: string;
}

export function recordsBehind(members: string, { level, key, metric, from, to }: Behind): string {
  const query = new URLSearchParams();
  const letter = LETTERS[level];
  if (letter) {
    query.set("level", letter);
    query.set("key", key);
  }
  query.set("metric", metric);
  query.set("day_from", from);
  query.set("day_to", to);
  return `${members}?${query}`;
}

/** The list behind a figure of the screen's own scope, from `rules/figures.yaml`. */
export function listOf(screen: Screen, name: string, first: string, last: string): string | undefined {
  return screen.figures[name]?.behind.replaceAll("{first}", first).replaceAll("{last}", last);
}

/** The same of a row beneath. */
export function listBeneath(screen: Screen, name: string, row: { level: string; key: string }, days: Days): string {
  return (screen.figures[name]?.beneath ?? "")
    .replaceAll("{level}", row.level)
    .replaceAll("{key}", row.key)
    .replaceAll("{first}", days.first)
    .replaceAll("{last}", days.last);
}

export interface Days {
  readonly first: string;
  readonly last: string;
}

export function screenOf(base: string, level: string, key: string): string {
  return `${base}${level}/${key}/`;
}
