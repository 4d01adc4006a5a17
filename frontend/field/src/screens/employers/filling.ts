/** Lets parts of the enrolment form be used outside it. */

import { type Draft, engine } from "../../engine";
import type { PhoneRules } from "../../rules/document";
import type { Problem } from "../../ui/error-summary";
import { useValue } from "../../ui/observe";
import type { Filling } from "../enrol/context";
import type { Form } from "../enrol/form";

export function useOwnFilling(
  key: string,
  form: Form,
  change: (patch: Partial<Form>) => void,
  rules: PhoneRules,
  problems: readonly Problem[],
  today: string,
): Filling {
  const device = useValue(engine.device);
  const agent = useValue(engine.me)?.agent;
  const draft: Draft = {
    id: key,
    step: 1,
    fields: {},
    photo: null,
    series: null,
    seriesPlace: 1,
    group: null,
    startedAt: 0,
    savedAt: 0,
  };
  return {
    draft,
    form,
    change,
    rules,
    problems,
    today,
    timezone: device.branch?.timezone ?? "Asia/Jakarta",
    province: device.branch?.province ?? "",
    agent: { name: agent?.name ?? device.agent?.name ?? "", phone: agent?.phone ?? null },
    asBefore: { region: false, jobs: false },
    photo: null,
    onPhoto: () => undefined,
    place: null,
  };
}
