import { useState } from "preact/hooks";
import { type CancelReason, type ErrorView, engine, type MemberView } from "../../engine";
import { membersTexts } from "../../i18n/members";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";

/** Taking an unpaid enrolment back, with a reason. Folded away: it is seldom needed. */
export function CancelSection({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const [reason, setReason] = useState<CancelReason | null>(null);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  if (!member.canCancel) return null;
  const cancel = async () => {
    setMissing(reason === null);
    if (reason === null) return;
    try {
      await engine.enrolments.cancel(member.key, reason);
      toast(t.cancelling);
    } catch (error) {
      setProblem(asErrorView(error));
    }
  };
  return (
    <details class="fold" data-testid="cancel">
      <summary>{t.cancelTitle}</summary>
      {problem && <ErrorNotice error={problem} />}
      <Choice<CancelReason>
        id="cancel-reason"
        legend={t.cancelWhy}
        value={reason}
        onValue={setReason}
        error={missing ? t.cancelWhyMissing : undefined}
        options={[
          { value: "mistake", label: t.cancelMistake },
          { value: "worker_declined", label: t.cancelDeclined },
          { value: "duplicate", label: t.cancelDuplicate },
        ]}
      />
      <Button kind="stop" wide icon="undo" onPress={() => void cancel()} testid="cancel-confirm">
        {t.cancelDo}
      </Button>
    </details>
  );
}
