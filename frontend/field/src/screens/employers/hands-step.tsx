import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ErrorView } from "../../engine";
import { employersTexts } from "../../i18n/employers";
import { formatMoney } from "../../i18n/format";
import { puRules } from "../../rules/document-pu";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Badge } from "../../ui/notice";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { navigate } from "../../ui/route";
import { birthOf } from "../enrol/birth";
import { QuotaNotice } from "../quota-notice";
import { type Hand, ownerOf, priceOf, programmesOf, unsent } from "./hand";
import { OwnerCard, useOwner } from "./owner";
import { complete, findVisit, keepVisit } from "./visit";
import type { VisitProps } from "./visit-screen";

interface Props extends VisitProps {
  readonly onFirm: () => void;
  readonly onWorker: (hand: Hand | null) => void;
  readonly onFinish: () => void;
}

/** The workers so far, what all of it costs, and the last act. */
export function HandsStep({ visit, change, rules, today, onFirm, onWorker, onFinish }: Props) {
  const t = useTexts(employersTexts);
  const language = useLanguage();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [removed, setRemoved] = useState<Hand | null>(null);
  const prices = visit.hands.map((hand) => priceOf(hand, visit.firm, rules, today)?.total ?? 0);
  const owner = useOwner(visit.ownerDraft);
  const isComplete = visit.hands.length > 0 && !visit.open;
  const workers = prices.reduce((sum, price) => sum + price, 0);
  const keepDraft = async (ownerDraft: string) => {
    onFinish();
    await keepVisit({ ...visit, ownerDraft });
  };
  const finish = async () => {
    if (busy) return;
    setBusy(true);
    onFinish();
    try {
      navigate(`#/employers/slip/${await complete(visit, rules, today, language, owner?.key ?? null)}`, "replace");
    } catch (failure) {
      // What was made before it failed is no longer open to changes.
      change(await findVisit().catch(() => visit));
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  const remove = (hand: Hand) => {
    setRemoved(hand);
    change({ ...visit, hands: visit.hands.filter((one) => one.key !== hand.key) });
  };
  const undo = () => {
    if (removed) change({ ...visit, hands: [...visit.hands, removed] });
    setRemoved(null);
  };
  return (
    <Page
      title={visit.firm.name}
      back={{ href: "#/employers", label: t.back }}
      testid="screen-hands"
      foot={
        <Button
          kind="primary"
          wide
          busy={busy}
          onPress={() => (isComplete ? void finish() : onWorker(visit.open ?? null))}
          testid="visit-finish"
        >
          {isComplete ? t.finish : visit.open ? t.goOnWorker(visit.open.form.name) : t.addWorker}
        </Button>
      }
    >
      {problem && <ErrorNotice error={problem} />}
      <QuotaNotice segment="PU" before={Math.max(0, unsent(visit) - 1)} />
      {visit.op === null && (
        <Button kind="quiet" icon="pen" onPress={onFirm} testid="firm-change">
          {t.changeFirm}
        </Button>
      )}
      <Section title={t.ownerTitle}>
        <OwnerCard owner={ownerOf(visit.firm)} draftId={visit.ownerDraft} onDraft={keepDraft} />
      </Section>
      <Section title={t.workersTitle}>
        {visit.hands.length === 0 && <p class="muted">{t.noWorkers}</p>}
        {visit.hands.map((hand, at) => (
          <Row key={hand.key} hand={hand} price={prices[at] ?? 0} props={{ visit, change, rules, today }}>
            {hand.op === null && (
              <div class="row">
                <Button kind="quiet" icon="pen" onPress={() => onWorker(hand)}>
                  {t.change}
                </Button>
                <Button kind="quiet" icon="trash" onPress={() => remove(hand)}>
                  {t.remove}
                </Button>
              </div>
            )}
          </Row>
        ))}
        {removed && (
          <p role="status">
            {t.removed(removed.form.name)}{" "}
            <Button kind="quiet" icon="undo" onPress={undo}>
              {t.undo}
            </Button>
          </p>
        )}
        {visit.open ? (
          <div class="card firm" data-testid="worker-open">
            <strong>{visit.open.form.name}</strong>
            <Badge tone="needs">{t.openWorker}</Badge>
            <Button kind="quiet" icon="trash" onPress={() => change({ ...visit, open: null })} testid="worker-drop">
              {t.remove}
            </Button>
          </div>
        ) : (
          visit.hands.length > 0 && (
            <Button icon="plus" onPress={() => onWorker(null)} testid="worker-add">
              {t.addWorker}
            </Button>
          )
        )}
      </Section>
      <Section title={t.total}>
        <p class="firm__code" data-testid="visit-total">
          {formatMoney(workers + (owner?.amount ?? 0))}
        </p>
        {owner !== null && (
          <p class="muted">{t.parts(formatMoney(owner.amount ?? 0), formatMoney(workers), visit.hands.length)}</p>
        )}
      </Section>
    </Page>
  );
}

interface RowProps {
  readonly hand: Hand;
  readonly price: number;
  readonly props: VisitProps;
  readonly children: ComponentChildren;
}

function Row({ hand, price, props: { visit, rules, today }, children }: RowProps) {
  const t = useTexts(employersTexts);
  const pu = puRules(rules);
  const programmes = pu === null ? [] : programmesOf(visit.firm, pu, birthOf(hand.form, today), today);
  return (
    <div class="card firm" data-testid="hand">
      <strong>{hand.form.name}</strong>
      <p>
        {programmes.join(", ")} · {t.perMonth(formatMoney(price))}
      </p>
      {children}
    </div>
  );
}
