/** What the last worker of an agent had in common with the next: where they live and what they do. Codes only, no person. */
import type { Form } from "./form";

const KEY = "perisai.last-entry";

export type Common = Pick<Form, "region" | "jobs">;

/** By agent, so that two agents on one phone do not mix. */
export function keepCommon(agent: string, { region, jobs }: Common, storage: Storage = localStorage): void {
  try {
    storage.setItem(`${KEY}.${agent}`, JSON.stringify({ region, jobs }));
  } catch {
    // Without room for it the next form begins empty.
  }
}

export function findCommon(agent: string, storage: Storage = localStorage): Partial<Common> {
  try {
    const { region, jobs } = JSON.parse(storage.getItem(`${KEY}.${agent}`) ?? "{}") as Partial<Common>;
    return {
      ...(typeof region === "string" ? { region } : {}),
      ...(Array.isArray(jobs) ? { jobs: jobs.filter((code) => typeof code === "string") } : {}),
    };
  } catch {
    return {};
  }
}
