/** The occupation list, searched by what an agent types. */
import type { Occupation, PhoneRules } from "../../rules/document";

const SHOWN_MOST = 12;

export function findJob(rules: PhoneRules, code: string): Occupation | undefined {
  return rules.occupations.flatMap((group) => group.jobs).find((job) => job.code === code);
}

/** Jobs whose name in either language has every word typed. */
export function searchJobs(rules: PhoneRules, typed: string): readonly Occupation[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (job: Occupation) => {
    const name = `${job.name.id} ${job.name.en}`.toLowerCase();
    return words.every((word) => name.includes(word));
  };
  return rules.occupations.flatMap((group) => group.jobs.filter(matches)).slice(0, SHOWN_MOST);
}
