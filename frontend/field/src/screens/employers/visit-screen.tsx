import { useEffect, useRef, useState } from "preact/hooks";
import { engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { employersTexts } from "../../i18n/employers";
import { dayOf } from "../../i18n/format";
import { type PhoneRules, readRules } from "../../rules/document";
import { puRules } from "../../rules/document-pu";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { BlockedScreen, findWhy } from "../blocked-notice";
import { FirmStep } from "./firm-step";
import { type Hand, newHand, type Visit } from "./hand";
import { HandsStep } from "./hands-step";
import { findVisit, keepVisit } from "./visit";
import { WorkerStep } from "./worker-step";

export interface VisitProps {
  readonly visit: Visit;
  readonly change: (visit: Visit) => void;
  readonly rules: PhoneRules;
  readonly today: string;
}

/** One visit: the business, then each worker, then all of them at once. Kept as it is typed. */
export function VisitScreen() {
  const t = useTexts(employersTexts);
  const common = useTexts(commonTexts);
  useEffect(() => engine.updates.holdForForm(), []);
  const [why] = useState(findWhy);
  const found = useLoaded(async () => {
    const [visit, document] = await Promise.all([findVisit(), engine.reference.rules()]);
    return { visit, rules: readRules(document) };
  }, []);
  if (why) return <BlockedScreen why={why} />;
  if (found.state === "done" && puRules(found.value.rules) !== null) {
    return <Filling first={found.value.visit} rules={found.value.rules} />;
  }
  return (
    <Page title={t.firmTitle} back={{ href: "#/employers", label: t.back }} testid="screen-visit">
      {found.state === "failed" && <ErrorNotice error={asErrorView(found.error)} />}
      {found.state === "done" && <Notice tone="needs">{t.noRules}</Notice>}
      {found.state === "loading" && <p class="appear-late">{common.loading}</p>}
    </Page>
  );
}

/** Something that somebody would have to type again. */
function isBegun({ form, amounts }: Hand): boolean {
  return form.name.trim() !== "" || form.nik.trim() !== "" || amounts.some((one) => one !== "");
}

type Open = { readonly at: "firm" | "hands" } | { readonly at: "worker"; readonly hand: Hand };

/** Where the visit was left: in the middle of a worker, at all of them, or at the business. */
function whereLeft({ open, hands, op }: Visit): Open {
  if (open) return { at: "worker", hand: open };
  return { at: hands.length > 0 || op !== null ? "hands" : "firm" };
}

function Filling({ first, rules }: { first: Visit; rules: PhoneRules }) {
  const [visit, setVisit] = useState(first);
  const [open, setOpen] = useState<Open>(() => whereLeft(first));
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const keeping = useRef(0);
  const change = (next: Visit) => {
    setVisit(next);
    window.clearTimeout(keeping.current);
    keeping.current = window.setTimeout(() => void keepVisit(next), 300);
  };
  // What was made must not come back as a visit.
  const settle = () => window.clearTimeout(keeping.current);
  const props = { visit, change, rules, today };
  if (open.at === "firm") return <FirmStep {...props} onNext={() => setOpen({ at: "hands" })} />;
  if (open.at === "worker") {
    const save = (hand: Hand) => {
      const others = visit.hands.filter((one) => one.key !== hand.key);
      change({ ...visit, hands: [...others, hand], open: null });
      setOpen({ at: "hands" });
    };
    const isNew = (hand: Hand) => visit.hands.every((one) => one.key !== hand.key);
    const type = (hand: Hand) => change({ ...visit, open: hand });
    // Of one that is saved the last touches go; a new one waits until somebody goes on with it.
    const goBack = (hand: Hand) => {
      change({ ...visit, open: isNew(hand) && isBegun(hand) ? hand : null });
      setOpen({ at: "hands" });
    };
    return <WorkerStep {...props} first={open.hand} onType={type} onSave={save} onBack={goBack} />;
  }
  return (
    <HandsStep
      {...props}
      onFirm={() => setOpen({ at: "firm" })}
      onWorker={(hand) => setOpen({ at: "worker", hand: hand ?? newHand(visit.firm) })}
      onFinish={settle}
    />
  );
}
