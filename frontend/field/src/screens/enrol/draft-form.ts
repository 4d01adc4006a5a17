/** The form's state and its draft: kept with each change, thrown away when nothing was ever typed. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Draft, engine, type PhotoRef } from "../../engine";
import { type Common, findCommon } from "./defaults";
import { EMPTY_FORM, type Form, fromDraft, toDraftFields } from "./form";
import { marksAfter } from "./marks";
import { type Step, stepNumber } from "./steps";

/** A form in which nothing was typed: empty but for what the agent's worker before had. */
function blankForm(common: Partial<Common>): Form {
  return { ...EMPTY_FORM, ...common };
}

/** Whether the draft holds nothing yet: neither typed nor taken from another enrolment. */
function isNew(draft: Draft): boolean {
  return Object.keys(draft.fields).length === 0;
}

function isSame(one: Form, other: Form): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function useDraftForm(draft: Draft, step: Step, agentId: string) {
  const [common] = useState(() => findCommon(agentId));
  const [blank] = useState(() => (isNew(draft) || draft.series === null ? blankForm(common) : fromDraft(draft)));
  const [form, setForm] = useState<Form>(() => (isNew(draft) ? blank : fromDraft(draft)));
  const [photo, setPhoto] = useState<PhotoRef | null>(draft.photo);
  const latest = useRef(form);
  const hasPhoto = useRef(photo !== null);
  hasPhoto.current = photo !== null;
  const change = (patch: Partial<Form>) => {
    latest.current = { ...latest.current, read: marksAfter(latest.current, patch), ...patch };
    setForm(latest.current);
    engine.drafts.save(draft.id, { fields: toDraftFields(latest.current) });
  };
  useEffect(() => {
    if (stepNumber(step) !== 1 || !isSame(latest.current, blank)) {
      engine.drafts.save(draft.id, { step: stepNumber(step) });
    }
  }, [draft.id, step, blank]);
  useEffect(
    () => () => {
      if (isSame(latest.current, blank) && !hasPhoto.current)
        void engine.drafts.discard(draft.id).catch(() => undefined);
    },
    [draft.id, blank],
  );
  const asBefore = {
    region: common.region !== undefined && form.region === common.region && form.region !== null,
    jobs: common.jobs !== undefined && form.jobs.length > 0 && isSameList(form.jobs, common.jobs),
  };
  return { form, change, photo, setPhoto, asBefore };
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
