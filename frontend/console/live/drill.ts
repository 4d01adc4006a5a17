/** Addresses of the records behind a number: the members list, filtered by what the number counts. */

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

export function screenOf(base: string, level: string, key: string): string {
  return `${base}${level}/${key}/`;
}
