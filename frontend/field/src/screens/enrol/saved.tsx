import { useState } from "preact/hooks";
import { type ErrorView, engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { membersTexts } from "../../i18n/members";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice, type Tone } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Page, Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { BackToVisit } from "../employers/back-to-visit";
import { PaymentCard } from "../members/payment";
import { hasSlip } from "../slip/slip";
import { NextWorker } from "./next-worker";

type State = "saved" | "accepted" | "review" | "rejected" | "cancelled";

const TONES: Record<State, Tone> = {
  saved: "done",
  accepted: "done",
  review: "note",
  rejected: "stop",
  cancelled: "note",
};

function stateOf(member: MemberView | null): State {
  if (member?.cancelling || member?.state === "cancelled") return "cancelled";
  if (member?.state === "accepted" || member?.state === "active") return "accepted";
  if (member?.state === "review" || member?.state === "rejected") return member.state;
  return "saved";
}

/** After confirming: it is safe; what the worker takes along; what next; and, when the server answers meanwhile, what it said. */
export function SavedScreen({ opId }: { opId: string }) {
  const t = useTexts(enrolTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => engine.members.find(opId), [opId, revision]);
  const member = loaded.state === "done" ? loaded.value : null;
  const state = stateOf(member);
  const titles: Record<State, string> = {
    saved: t.savedTitle,
    accepted: t.acceptedTitle,
    review: t.reviewTitle,
    rejected: t.rejectedTitle,
    cancelled: t.undoneTitle,
  };
  return (
    <Page title={titles[state]} testid="screen-saved" foot={<NextWorker opId={opId} />}>
      <div class="page__part" data-testid="saved-state" data-state={state} data-op={opId}>
        <div role="status">
          {member && (
            <Notice tone={TONES[state]} testid="saved">
              <p>
                {state === "saved"
                  ? t.savedBody(member.name)
                  : state === "cancelled"
                    ? t.undone
                    : `${member.name}: ${titles[state]}`}
              </p>
            </Notice>
          )}
        </div>
        {member?.error && <ErrorNotice error={member.error} tone={state === "review" ? "note" : "stop"} />}
        {member && hasSlip(member) && <PaymentCard member={member} />}
        {state !== "cancelled" && !member?.error?.text && (
          <WhatNext state={state} hasCode={member?.paymentCode !== null} />
        )}
        {member && (
          <div class="stack">
            <BackToVisit opId={opId} />
            <ButtonLink wide href={link("member", member.key)} testid="to-member">
              {t.toMember}
            </ButtonLink>
            {member.canCancel && state === "saved" && <Undo member={member} />}
          </div>
        )}
      </div>
    </Page>
  );
}

function WhatNext({ state, hasCode }: { state: State; hasCode: boolean }) {
  const t = useTexts(enrolTexts);
  const m = useTexts(membersTexts);
  const { syncing } = useValue(engine.sync.state);
  const lines: Record<State, readonly string[]> = {
    saved: [syncing ? t.nextSending : t.nextSend, hasCode ? t.nextCode : t.nextCodeLater, t.nextPay],
    accepted: [m.nextAccepted],
    review: [m.nextReview, m.nextReviewJoin],
    rejected: [m.nextRejectedJoin],
    cancelled: [],
  };
  return (
    <Section title={t.nextTitle} testid="what-next">
      <ol class="plain-list">
        {lines[state].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </Section>
  );
}

function Undo({ member }: { member: MemberView }) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const undo = () =>
    engine.enrolments.cancel(member.key, "mistake").catch((error: unknown) => {
      setProblem(asErrorView(error));
    });
  return (
    <>
      {problem && <ErrorNotice error={problem} title={common.undo} />}
      <Button kind="quiet" wide icon="undo" onPress={() => void undo()} testid="undo">
        {t.undo}
      </Button>
    </>
  );
}
