import { useState } from "preact/hooks";
import { type EmployerOwner, type ErrorView, engine, type MemberView } from "../../engine";
import { employersTexts } from "../../i18n/employers";
import { formatMoney } from "../../i18n/format";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Badge } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { toDraftFields } from "../enrol/form";
import { STEPS } from "../enrol/steps";
import { ownerForm } from "./hand";

const OVER: readonly MemberView["state"][] = ["cancelled", "rejected", "ended"];

/** The owner's own enrolment, once it was made and while it stands. Its draft has the id of its op. */
export function useOwner(draftId: string | null | undefined): MemberView | null {
  const revision = useValue(engine.members.revision);
  const found = useLoaded(() => (draftId ? engine.members.find(draftId) : Promise.resolve(null)), [draftId, revision]);
  const member = found.state === "done" ? found.value : null;
  return member === null || member.cancelling || OVER.includes(member.state) ? null : member;
}

interface Props {
  readonly owner: EmployerOwner;
  readonly draftId: string | null | undefined;
  /** Kept before the form opens, so that it is found again. */
  readonly onDraft: (draftId: string) => Promise<void>;
}

/** The owner as one of those who are enrolled: their price once it is done, else the way to the form, begun with what is known. */
export function OwnerCard({ owner, draftId, onDraft }: Props) {
  const t = useTexts(employersTexts);
  const member = useOwner(draftId);
  const drafts = useValue(engine.drafts.list);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const begun = drafts.some((one) => one.id === draftId);
  const open = async () => {
    setBusy(true);
    try {
      const draft = begun && draftId ? await engine.drafts.open(draftId) : await engine.drafts.start();
      if (!begun) engine.drafts.save(draft.id, { fields: toDraftFields(ownerForm(owner)) });
      await onDraft(draft.id);
      navigate(link("enrol", draft.id, STEPS[0]));
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  return (
    <div class="card firm" data-testid="owner">
      <strong>{owner.name}</strong>
      {member !== null && (
        <>
          <p>
            {member.programmes.join(", ")} · {formatMoney(member.amount ?? 0)}
          </p>
          <Badge tone="done" icon="check">
            {t.ownerDone}
          </Badge>
        </>
      )}
      {member === null && (
        <>
          <p class="muted">{t.ownerHint}</p>
          {problem && <ErrorNotice error={problem} />}
          <Button icon="plus" busy={busy} onPress={() => void open()} testid="owner-enrol">
            {begun ? t.ownerGoOn : t.ownerNext}
          </Button>
        </>
      )}
    </div>
  );
}
