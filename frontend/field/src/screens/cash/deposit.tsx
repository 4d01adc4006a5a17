import { useState } from "preact/hooks";
import { type CashDepositTold, type CashKept, type CashState, type ErrorView, engine, type OpView } from "../../engine";
import { unknownTo } from "../../engine/cash";
import { cashTexts } from "../../i18n/cash";
import { commonTexts } from "../../i18n/common";
import { formatInstant, formatMoney, inGroups } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { Check } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";
import { cancelDeposit, makeDeposit } from "./acts";
import { useToday } from "./overview";
import { useCash } from "./use-cash";

/** Receipts that no deposit has taken: told by the server, or made here since. */
export function freeReceipts({ state, made }: CashKept): readonly { number: string; payer: string; amount: number }[] {
  const voided = new Set(made.filter((one) => one.voided !== null).map((one) => one.number));
  const told = (state?.receipts ?? [])
    .filter((one) => one.state === "held" && one.deposit === null && one.kind !== "repayment")
    .map((one) => ({ number: one.number, payer: one.payer, amount: one.amount - one.settled }));
  const here = unknownTo(state, made)
    .filter((one) => one.kind !== "repayment")
    .map(({ number, payer, amount }) => ({ number, payer, amount }));
  return [...here, ...told].filter((one) => !voided.has(one.number));
}

/** One code for all bills of the chosen receipts. */
export function DepositScreen() {
  const t = useTexts(cashTexts);
  const { kept, reload } = useCash();
  return (
    <Page title={t.depositTitle} back={{ href: "#/cash", label: t.back }} testid="screen-cash-deposit">
      <p>{t.depositBody}</p>
      {kept?.state?.deposits
        .filter((one) => one.state === "open")
        .map((one) => (
          <OpenDeposit key={one.id} deposit={one} banks={kept.state?.banks ?? []} onDone={reload} />
        ))}
      {kept && <Choosing kept={kept} onDone={reload} />}
    </Page>
  );
}

function Choosing({ kept, onDone }: { kept: CashKept; onDone: () => Promise<void> }) {
  const t = useTexts(cashTexts);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [waits, setWaits] = useState(false);
  const free = freeReceipts(kept);
  const chosen = free.filter((one) => !left.has(one.number));
  const sum = chosen.reduce((total, one) => total + one.amount, 0);
  if (free.length === 0) return <p class="muted">{t.depositNone}</p>;
  const toggle = (number: string, on: boolean) => {
    const next = new Set(left);
    if (on) next.delete(number);
    else next.add(number);
    setLeft(next);
  };
  const make = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const id = await makeDeposit(chosen.map((one) => one.number));
      await engine.sync.now();
      const op: OpView | null = await engine.learning.findOp(id);
      setProblem(op?.status === "rejected" ? op.error : null);
      setWaits(op?.status === "unsent");
      await onDone();
    } catch (failure) {
      setProblem(asErrorView(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t.depositChoose}>
      {free.map((one) => (
        <Check
          key={one.number}
          id={`deposit-${one.number}`}
          checked={!left.has(one.number)}
          onChecked={(on) => toggle(one.number, on)}
          label={`${one.payer} · ${formatMoney(one.amount)}`}
        >
          {one.number}
        </Check>
      ))}
      <p class="cash-total">
        {t.depositSum}: <strong data-testid="deposit-sum">{formatMoney(sum)}</strong>
      </p>
      {problem && <ErrorNotice error={problem} testid="deposit-problem" />}
      {waits && <Notice tone="needs">{t.depositWaiting}</Notice>}
      <Button
        kind="primary"
        wide
        icon="wallet"
        busy={busy}
        disabled={chosen.length === 0}
        onPress={() => void make()}
        testid="deposit-make"
      >
        {t.depositMake}
      </Button>
    </Section>
  );
}

interface OpenProps {
  readonly deposit: CashDepositTold;
  readonly banks: CashState["banks"];
  readonly onDone: () => Promise<void>;
}

function OpenDeposit({ deposit, banks, onDone }: OpenProps) {
  const t = useTexts(cashTexts);
  const common = useTexts(commonTexts);
  const language = useLanguage();
  const { timezone } = useToday();
  const [busy, setBusy] = useState(false);
  const cheapest = banks[0];
  const copy = async () => {
    await navigator.clipboard.writeText(deposit.code);
    toast(common.copied);
  };
  const cancel = async () => {
    setBusy(true);
    await cancelDeposit(deposit.id);
    await engine.sync.now();
    await onDone();
    setBusy(false);
  };
  return (
    <section class="card payment" data-testid="deposit-open">
      <h2 class="tile__name">{t.depositCode}</h2>
      <strong class="payment__amount">{formatMoney(deposit.amount)}</strong>
      <strong class="payment__code" data-testid="deposit-code" data-code={deposit.code}>
        {inGroups(deposit.code)}
      </strong>
      <p>{t.depositBills(deposit.bills)}</p>
      {banks.map((bank) => (
        <p key={bank.name} class="muted small">
          {t.depositFee(`${bank.name} (${bank.prefix})`, formatMoney(bank.fee))}
        </p>
      ))}
      {cheapest && cheapest.fee > 0 && deposit.bills > 1 && (
        <p>{t.depositSaved(formatMoney(cheapest.fee * (deposit.bills - 1)))}</p>
      )}
      {deposit.expires_at && <p>{t.depositUntil(formatInstant(deposit.expires_at, timezone, language))}</p>}
      {deposit.page && (
        <ButtonLink wide icon="qr" external href={deposit.page} testid="deposit-page">
          {t.depositPage}
        </ButtonLink>
      )}
      <div class="row">
        <Button icon="copy" onPress={() => void copy()}>
          {common.copy}
        </Button>
        <Button kind="quiet" icon="cross" busy={busy} onPress={() => void cancel()} testid="deposit-cancel">
          {t.depositCancel}
        </Button>
      </div>
    </section>
  );
}
