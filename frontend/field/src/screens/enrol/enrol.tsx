import { useEffect, useState } from "preact/hooks";
import { type Draft, type ErrorView, engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { type PhoneRules, readRules } from "../../rules/document";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { BlockedScreen, findWhy } from "../blocked-notice";
import { findSlots } from "../use-slots";
import { Filler } from "./filler";
import { QuotaGate } from "./quota-gate";
import { STEPS, stepOf } from "./steps";

interface Props {
  readonly draftId: string | null;
  readonly step: string | null;
}

/** `#/enrol` begins a form, `#/enrol/<id>` goes on where it was left, `#/enrol/<id>/<step>` shows a step. */
export function EnrolScreen({ draftId, step }: Props) {
  useEffect(() => engine.updates.holdForForm(), []);
  // Judged when the form is opened: nobody is thrown out of one that they are filling in.
  const [why] = useState(findWhy);
  // So is the quota, for a form that is begun.
  const [gated, setGated] = useState(() => draftId === null && mayNotGetIn());
  if (why) return <BlockedScreen why={why} />;
  if (gated) return <QuotaGate onGoOn={() => setGated(false)} />;
  return draftId === null ? <Begin /> : <Opened key={draftId} draftId={draftId} step={step} />;
}

function mayNotGetIn(): boolean {
  const { standing } = findSlots();
  return standing === "waits" || standing === "refused";
}

function Begin() {
  const [problem, setProblem] = useState<ErrorView | null>(null);
  useEffect(() => {
    engine.drafts.start().then(
      (draft) => navigate(link("enrol", draft.id, STEPS[0]), "replace"),
      (error: unknown) => setProblem(asErrorView(error)),
    );
  }, []);
  return problem ? <Stopped problem={problem} onAgain={() => location.reload()} /> : <Waiting />;
}

interface Materials {
  readonly draft: Draft;
  readonly rules: PhoneRules;
}

async function gather(draftId: string): Promise<Materials> {
  const [draft, document] = await Promise.all([engine.drafts.open(draftId), engine.reference.rules()]);
  return { draft, rules: readRules(document) };
}

/** A form that is gone because it was completed: the phone's back key leads to what became of it. */
async function showIfSaved(draftId: string, error: unknown): Promise<void> {
  if (asErrorView(error).code !== "draft_missing") return;
  const member = await engine.members.find(draftId);
  if (member) navigate(link("saved", draftId), "replace");
}

function Opened({ draftId, step }: { draftId: string; step: string | null }) {
  const [attempt, setAttempt] = useState(0);
  const reference = useValue(engine.reference.state);
  const [opened, setOpened] = useState<Materials | null>(null);
  const materials = useLoaded(() => gather(draftId), [draftId, attempt, reference.rules === null]);
  useEffect(() => {
    if (materials.state === "done" && !opened) setOpened(materials.value);
  }, [materials, opened]);
  useEffect(() => {
    if (materials.state === "failed") void showIfSaved(draftId, materials.error);
  }, [materials, draftId]);
  useEffect(() => {
    if (opened && step === null) navigate(link("enrol", draftId, stepOf(opened.draft.step)), "replace");
  }, [opened, step, draftId]);
  if (opened) return <Filler draft={opened.draft} rules={opened.rules} step={stepOf(step ?? opened.draft.step)} />;
  if (materials.state === "failed") {
    const again = () => {
      void engine.sync.now();
      setAttempt(attempt + 1);
    };
    return <Stopped problem={asErrorView(materials.error)} onAgain={again} />;
  }
  return <Waiting />;
}

function Waiting() {
  const t = useTexts(commonTexts);
  return (
    <main class="page page--waiting" aria-busy="true">
      <p class="appear-late">{t.loading}</p>
    </main>
  );
}

function Stopped({ problem, onAgain }: { problem: ErrorView; onAgain: () => void }) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  return (
    <Page title={t.identity} testid="screen-enrol-stopped" back={{ href: "#/", label: common.back }}>
      <ErrorNotice error={problem} />
      <div class="row">
        <Button onPress={onAgain}>{common.tryAgain}</Button>
        <ButtonLink href="#/">{common.home}</ButtonLink>
      </div>
    </Page>
  );
}
