import { useState } from "preact/hooks";
import { type CashKept, type CashMade, type CashReceiptTold, type ErrorView, engine } from "../../engine";
import { cashTexts } from "../../i18n/cash";
import { slipTexts } from "../../i18n/slip";
import { holdUntilBack } from "../../ui/away";
import { Button, ButtonLink } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Empty, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { LargeQr } from "../me/large-qr";
import { handOver } from "../slip/picture";
import { PrintButtons, type Told } from "../slip/print-buttons";
import { canPrint } from "../slip/printer";
import { platformOf, smsLink } from "../slip/sms";
import { voidReceipt } from "./acts";
import { findMade, findTold, StateOf, useToday } from "./overview";
import { makePaper, type Paper, paperBytes, qrRows } from "./paper";
import { paperPicture } from "./picture";
import { useCash } from "./use-cash";

const REASONS = ["mistake", "returned", "duplicate"] as const;

/** The receipt to show, send or print, and where its money is. */
export function ReceiptScreen({ number }: { number: string }) {
  const t = useTexts(cashTexts);
  const { kept, problem, look } = useCash();
  const made = kept && findMade(kept, number);
  const told = kept && findTold(kept, number);
  return (
    <Page title={t.receipt} back={{ href: "#/cash", label: t.back }} testid="screen-cash-receipt">
      {kept && !made && !told && <Empty title={t.missing}>{null}</Empty>}
      {kept && (made || told) && (
        <div class="op__state" data-testid="cash-state" data-state={made?.voided ? "void" : (told?.state ?? "unsent")}>
          <StateOf told={told} />
        </div>
      )}
      {made?.op === null && problem && <ErrorNotice error={problem} title={t.notQueued} testid="cash-not-queued" />}
      {kept && made && <Shown kept={kept} made={made} />}
      {kept && (made || told) && <Voiding made={made} told={told} onDone={() => void look()} />}
    </Page>
  );
}

function usePaper(kept: CashKept, made: CashMade): Paper {
  const t = useTexts(cashTexts);
  const language = useLanguage();
  const { timezone } = useToday();
  const { agent, branch } = useValue(engine.device);
  return makePaper({
    made,
    agent: { name: agent?.name ?? "", code: agent?.code ?? "" },
    branch: branch?.name ?? "",
    checkUrl: kept.state?.check_url ?? `${location.origin}/kuitansi/`,
    timezone,
    language,
    texts: t,
  });
}

function Shown({ kept, made }: { kept: CashKept; made: CashMade }) {
  const t = useTexts(cashTexts);
  const paper = usePaper(kept, made);
  return (
    <>
      <section class="card slip" data-testid="cash-paper" data-address={paper.address ?? ""}>
        <h2>{paper.heading}</h2>
        <strong class="payment__amount">{paper.amount}</strong>
        <dl class="slip__rows">
          {paper.rows.map(([name, value, parts], at) => (
            // Two people of one name are two lines.
            <div key={at} class="slip__row">
              <dt>{name}</dt>
              <dd>
                {value}
                {parts && <span class="muted small cash-parts">{parts}</span>}
              </dd>
            </div>
          ))}
        </dl>
        {paper.notes.map((note) => (
          <Notice key={note} tone="needs">
            {note}
          </Notice>
        ))}
        {paper.address !== null && (
          <LargeQr rows={qrRows(paper.address)} label={t.qrLabel} name={paper.amount} code={made.number} />
        )}
        <p class="muted small cash-address">
          {t.checkAt} {paper.short}
        </p>
      </section>
      {made.voided === null && <Acts paper={paper} made={made} />}
    </>
  );
}

/** The ways out of the phone: a picture, an SMS, paper. */
function Acts({ paper, made }: { paper: Paper; made: CashMade }) {
  const t = useTexts(cashTexts);
  const slip = useTexts(slipTexts);
  const agent = useValue(engine.device).agent?.code ?? "";
  const [told, setTold] = useState<Told | null>(null);
  const text = t.smsText(made.number, paper.amount, agent, paper.short);
  const phone = made.lines[0]?.phone ?? null;
  const sms = smsLink(phone, text, platformOf(navigator.userAgent, navigator.maxTouchPoints));
  const share = async () => {
    const release = engine.lock.hold();
    try {
      await handOver([await paperPicture(paper)], paper.heading);
      setTold(null);
    } catch {
      setTold({ tone: "needs", text: slip.shareFailed });
    } finally {
      release();
    }
  };
  return (
    <div class="stack" data-testid="cash-acts">
      <div role="status">{told && <Notice tone={told.tone}>{told.text}</Notice>}</div>
      <Button kind="primary" wide icon="image" onPress={() => void share()} testid="cash-picture">
        {t.sendPicture}
      </Button>
      <div class="acts">
        <ButtonLink icon="chat" href={sms} onPress={holdUntilBack} testid="cash-sms">
          {t.sms}
        </ButtonLink>
        {canPrint() ? (
          <PrintButtons bytes={() => paperBytes(paper, t.checkAt)} onTold={setTold} testid="cash" />
        ) : (
          <Button icon="printer" onPress={() => setTold({ tone: "needs", text: t.printMissing })} testid="cash-print">
            {t.print}
          </Button>
        )}
      </div>
    </div>
  );
}

interface VoidingProps {
  readonly made: CashMade | null;
  readonly told: CashReceiptTold | null;
  readonly onDone: () => void;
}

/** Taken back with a reason, while neither the bank nor an open deposit has it. */
function Voiding({ made, told, onDone }: VoidingProps) {
  const t = useTexts(cashTexts);
  const [reason, setReason] = useState<(typeof REASONS)[number] | null>(null);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  if (made?.voided) return <Notice tone="stop" title={t.voided} testid="cash-voided" />;
  if (told?.void_waits) return <Notice tone="needs" title={t.voidWaits} testid="cash-void-waits" />;
  const isFree = told === null || (told.state === "held" && told.deposit === null && told.settled === 0);
  if (!isFree) return null;
  const act = async () => {
    if (reason === null) return;
    setBusy(true);
    try {
      await voidReceipt(made ?? { number: told?.number ?? "", paper: paperOf(told?.number ?? "") }, reason);
      onDone();
    } catch (failure) {
      setProblem(asErrorView(failure));
    } finally {
      setBusy(false);
    }
  };
  if (!open) {
    return (
      <Button kind="quiet" icon="trash" onPress={() => setOpen(true)} testid="cash-void-open">
        {t.voidIt}
      </Button>
    );
  }
  return (
    <Section title={t.voidIt}>
      <Choice
        id="cash-void-why"
        legend={t.voidWhy}
        value={reason}
        onValue={setReason}
        options={REASONS.map((value) => ({ value, label: t[value] }))}
      />
      {problem && <ErrorNotice error={problem} />}
      <Button kind="stop" wide busy={busy} disabled={reason === null} onPress={() => void act()} testid="cash-void">
        {t.voidIt}
      </Button>
    </Section>
  );
}

/** A receipt that another phone of the agent entered from a book. */
function paperOf(number: string): CashMade["paper"] {
  const [series = "", page = ""] = number.split("/");
  return page === "" ? null : { series, page: Number(page) };
}
