import type { MemberState } from "../engine";
import { commonTexts } from "../i18n/common";
import type { IconName } from "./icon";
import { Badge, type Tone } from "./notice";
import { useTexts } from "./preferences";

type Texts = (typeof commonTexts)["id"];

const LOOKS: Record<MemberState, { tone: Tone; icon: IconName; text: keyof Texts & `state${string}` }> = {
  unsent: { tone: "needs", icon: "outbox", text: "stateUnsent" },
  captured: { tone: "note", icon: "sync", text: "stateCaptured" },
  review: { tone: "note", icon: "search", text: "stateReview" },
  accepted: { tone: "needs", icon: "wallet", text: "stateAccepted" },
  active: { tone: "done", icon: "shield", text: "stateActive" },
  lapsed: { tone: "stop", icon: "clock", text: "stateLapsed" },
  ended: { tone: "note", icon: "clock", text: "stateEnded" },
  rejected: { tone: "stop", icon: "cross", text: "stateRejected" },
  cancelled: { tone: "note", icon: "undo", text: "stateCancelled" },
};

export function useStateName(): (state: MemberState) => string {
  const t = useTexts(commonTexts);
  return (state) => t[LOOKS[state].text];
}

/** `uncovered`: a member whose dues are behind is not protected, though membership goes on. */
export function StateBadge({ state, uncovered = false }: { state: MemberState; uncovered?: boolean }) {
  const t = useTexts(commonTexts);
  const nameOf = useStateName();
  const look = LOOKS[state];
  if (uncovered && state === "active") {
    return (
      <Badge tone="needs" icon="clock">
        {t.stateUncovered}
      </Badge>
    );
  }
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {nameOf(state)}
    </Badge>
  );
}
