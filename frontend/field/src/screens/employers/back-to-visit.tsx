import { engine } from "../../engine";
import { employersTexts } from "../../i18n/employers";
import { ButtonLink } from "../../ui/button";
import { useLoaded } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import type { Visit } from "./hand";

/** Where an owner's enrolment came from: the visit that is not completed, or the slip of one that is. */
async function findWay(opId: string): Promise<string | null> {
  const kept = (await engine.learning.find())?.employers;
  const visit = kept?.visit ? (JSON.parse(kept.visit) as Visit) : null;
  if (visit?.ownerDraft === opId) return "#/employers/new";
  const made = kept?.made.find((one) => one.ownerOp === opId);
  return made ? `#/employers/slip/${made.op}` : null;
}

export function BackToVisit({ opId }: { opId: string }) {
  const t = useTexts(employersTexts);
  const way = useLoaded(() => findWay(opId), [opId]);
  if (way.state !== "done" || way.value === null) return null;
  return (
    <ButtonLink kind="primary" wide href={way.value} testid="back-to-visit">
      {t.backToVisit}
    </ButtonLink>
  );
}
