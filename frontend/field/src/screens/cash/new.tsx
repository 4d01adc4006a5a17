import { useEffect, useState } from "preact/hooks";
import { type CashKept, type CashKind, type DueTold, type ErrorView, engine, type MemberView } from "../../engine";
import { whyNot } from "../../engine/cash";
import { cashTexts } from "../../i18n/cash";
import { formatMoney, formatMonth, formatNumber } from "../../i18n/format";
import { addMonths, monthOf } from "../../rules/dates";
import { Button } from "../../ui/button";
import { Check, Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { SelectField } from "../../ui/select-field";
import { linesWithParts, makeReceipt } from "./acts";
import { type Filling, isWhole, rupiah, suggest } from "./filling";
import { Held, useToday } from "./overview";
import { findPayers, linesOf, type Payer, PayerLines } from "./payer";
import { useCash } from "./use-cash";

const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const SHOWN = 6;

/** Of the phone's copy of the dues. */
async function dueOf(member: MemberView): Promise<DueTold | null> {
  const kept = await engine.learning.findDues();
  return kept?.told?.members.find((one) => one.id === member.enrolment || one.id === member.op) ?? null;
}

interface Asked {
  readonly memberKey: string | null;
  /** A business or a group of the agent. */
  readonly payerId: string | null;
}

/** Who, how much, for which months; the sum in hand and the limit before it. */
export function NewReceiptScreen({ memberKey, payerId }: Asked) {
  const t = useTexts(cashTexts);
  const { kept } = useCash();
  const { today } = useToday();
  return (
    <Page title={t.take} back={{ href: "#/cash", label: t.back }} testid="screen-cash-new">
      {kept && <Form kept={kept} today={today} memberKey={memberKey} payerId={payerId} />}
    </Page>
  );
}

function Form({ kept, today, memberKey, payerId }: Asked & { kept: CashKept; today: string }) {
  const t = useTexts(cashTexts);
  const [lines, setLines] = useState<readonly Filling[]>([]);
  const [payers, setPayers] = useState<readonly Payer[]>([]);
  const [payer, setPayer] = useState<Payer | null>(null);
  const [offered, setOffered] = useState<readonly Filling[]>([]);
  const [kind, setKind] = useState<CashKind>("cash");
  const [instalment, setInstalment] = useState<boolean | null>(null);
  const [paper, setPaper] = useState(false);
  const [series, setSeries] = useState<string | null>(kept.state?.books[0]?.series ?? null);
  const [page, setPage] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const month = monthOf(today);
  const add = async (member: MemberView) => {
    const line = suggest(member, month, await dueOf(member));
    setLines((before) => (before.some((one) => one.member.key === member.key) ? before : [...before, line]));
  };
  useEffect(() => {
    if (memberKey) void engine.members.find(memberKey).then((member) => member && add(member));
  }, [memberKey]);
  const choosePayer = async (chosen: Payer | null) => {
    const all = chosen === null ? [] : await linesOf(chosen, month, dueOf);
    setPayer(chosen);
    setOffered(all);
    setLines(all);
  };
  useEffect(() => {
    void findPayers().then((found) => {
      setPayers(found);
      const asked = found.find((one) => one.id === payerId);
      if (asked) void choosePayer(asked);
    });
  }, [payerId]);
  const amount = lines.reduce((sum, line) => sum + rupiah(line.amount), 0);
  const book = kept.state?.books.find((one) => one.series === series) ?? null;
  const pageNumber = Number(page);
  const pageGood = !paper || (book !== null && pageNumber >= book.first && pageNumber <= book.last);
  const block = whyNot(kept, { amount, isCash: kind === "cash", onPaper: paper, today, now: engine.serverNow() });
  const whole = !(instalment ?? !isWhole(lines));
  const complete = lines.length > 0 && lines.every((line) => rupiah(line.amount) > 0) && pageGood;
  const make = async () => {
    setTried(true);
    if (!complete || block !== null) return;
    setBusy(true);
    try {
      const chosen = paper && book ? { series: book.series, page: pageNumber } : null;
      const made = await makeReceipt({
        kind,
        whole,
        payer: payer?.name ?? lines[0]?.member.name ?? "",
        payerOf: payer && { kind: payer.kind, id: payer.id },
        lines: await linesWithParts(lines),
        paper: chosen,
        today,
      });
      navigate(link("cash", "receipt", made.number), "replace");
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  return (
    <>
      <Held kept={kept} today={today} more={kind === "cash" ? amount : 0} />
      {payers.length > 0 && (
        <SelectField
          id="cash-payer"
          label={t.whoPays}
          value={payer?.id ?? "member"}
          onValue={(id) => void choosePayer(payers.find((one) => one.id === id) ?? null)}
          options={[
            { value: "member", label: t.membersPay },
            ...payers.map(({ id, name, kind: whose }) => ({ value: id, label: `${t[whose]}: ${name}` })),
          ]}
        />
      )}
      <Section title={t.who}>
        {payer !== null && <PayerLines offered={offered} chosen={lines} onChosen={setLines} />}
        {payer === null &&
          lines.map((line, index) => (
            <LineFields
              key={line.member.key}
              line={line}
              month={month}
              advanced={kind === "repayment" ? advancedFor(kept, line.member) : 0}
              tried={tried}
              onChange={(changed) => setLines(lines.map((one, at) => (at === index ? changed : one)))}
              onDrop={() => setLines(lines.filter((_, at) => at !== index))}
            />
          ))}
        {payer === null && (
          <Finder chosen={lines.map((line) => line.member.key)} onAdd={(member) => void add(member)} />
        )}
        {tried && lines.length === 0 && <Notice tone="stop">{t.noMember}</Notice>}
      </Section>
      <Choice
        id="cash-kind"
        legend={t.kind}
        value={kind}
        onValue={setKind}
        options={[
          { value: "cash", label: t.kindCash },
          { value: "advance", label: t.kindAdvance, detail: t.kindAdvanceDetail },
          { value: "repayment", label: t.kindRepayment },
        ]}
      />
      <Check id="cash-instalment" checked={!whole} onChecked={setInstalment} label={t.instalment} />
      {(kept.state?.books.length ?? 0) > 0 && (
        <Check id="cash-paper" checked={paper} onChecked={setPaper} label={t.paper} />
      )}
      {paper && (
        <>
          <SelectField
            id="cash-series"
            label={t.series}
            value={series}
            onValue={setSeries}
            options={(kept.state?.books ?? []).map((one) => ({
              value: one.series,
              label: `${one.series} (${one.first}–${one.last})`,
            }))}
          />
          <TextField
            id="cash-page"
            label={t.page}
            value={page}
            onValue={setPage}
            keyboard="numeric"
            maxLength={7}
            error={tried && !pageGood ? t.noPage : undefined}
          />
        </>
      )}
      <p class="cash-total">
        {t.total}: <strong data-testid="cash-total">{formatMoney(amount)}</strong>
      </p>
      {block && <Blocked block={block} limit={kept.state?.limit ?? 0} />}
      {problem && <ErrorNotice error={problem} />}
      <Button
        kind="primary"
        wide
        icon="check"
        busy={busy}
        disabled={block !== null}
        onPress={() => void make()}
        testid="cash-make"
      >
        {t.make}
      </Button>
    </>
  );
}

function advancedFor(kept: CashKept, member: MemberView): number {
  const ids = [member.enrolment, member.op, member.key];
  return kept.state?.advanced.find((one) => ids.includes(one.enrolment))?.amount ?? 0;
}

function Blocked({ block, limit }: { block: NonNullable<ReturnType<typeof whyNot>>; limit: number }) {
  const t = useTexts(cashTexts);
  const words = {
    not_ready: [t.notReady, t.notReadyBody],
    certificate_over: [t.notReady, t.certificateOver],
    no_number: [t.notReady, t.noNumber],
    overdue: [t.overdue, t.overdueBody],
    over_limit: [t.overLimit, t.overLimitBody(formatMoney(limit))],
  } as const;
  const [title, body] = words[block];
  return (
    <Notice tone="stop" title={title} live testid={`cash-blocked-${block}`}>
      <p>{body}</p>
    </Notice>
  );
}

interface LineProps {
  readonly line: Filling;
  readonly month: string;
  readonly advanced: number;
  readonly tried: boolean;
  readonly onChange: (line: Filling) => void;
  readonly onDrop: () => void;
}

function LineFields({ line, month, advanced, tried, onChange, onDrop }: LineProps) {
  const t = useTexts(cashTexts);
  const language = useLanguage();
  const { member, owed, from, count, amount } = line;
  const id = `cash-${member.key}`;
  const first = from < month ? from : month;
  const months = Array.from({ length: 18 }, (_, index) => addMonths(first, index));
  return (
    <section class="card stack" data-testid="cash-line">
      <div class="row">
        <strong class="card__main">{member.name}</strong>
        <Button kind="quiet" icon="cross" onPress={onDrop}>
          {t.drop}
        </Button>
      </div>
      {owed !== null && <p class="muted small">{t.owed(formatMoney(owed))}</p>}
      {advanced > 0 && <p class="muted small">{t.owesYou(formatMoney(advanced))}</p>}
      <TextField
        id={`${id}-amount`}
        label={t.amount}
        value={amount === "" ? "" : formatNumber(rupiah(amount))}
        onValue={(text) => onChange({ ...line, amount: text })}
        keyboard="numeric"
        prefix="Rp"
        maxLength={13}
        testid="cash-amount"
        error={tried && rupiah(amount) === 0 ? t.noAmount : undefined}
      />
      <div class="columns">
        <SelectField
          id={`${id}-from`}
          label={t.from}
          value={from}
          onValue={(value) => onChange({ ...line, from: value })}
          options={(months.includes(from) ? months : [from, ...months]).map((value) => ({
            value,
            label: formatMonth(value, language),
          }))}
        />
        <SelectField
          id={`${id}-count`}
          label={t.count}
          value={String(count)}
          onValue={(value) => onChange({ ...line, count: Number(value) })}
          options={COUNTS.map((value) => ({ value: String(value), label: t.months(value) }))}
        />
      </div>
    </section>
  );
}

function Finder({ chosen, onAdd }: { chosen: readonly string[]; onAdd: (member: MemberView) => void }) {
  const t = useTexts(cashTexts);
  const [text, setText] = useState("");
  const revision = useValue(engine.members.revision);
  const found = useLoaded(() => engine.members.search({ text, limit: SHOWN + chosen.length }), [text, revision]);
  const members = found.state === "done" ? found.value.members.filter((one) => !chosen.includes(one.key)) : [];
  const payable = members.filter((one) => !["rejected", "cancelled", "ended"].includes(one.state));
  const isOpen = text !== "" || chosen.length === 0;
  return (
    <>
      <TextField id="cash-find" label={t.findMember} value={text} onValue={setText} enter="search" capitals="words" />
      {isOpen && (
        <ul class="cash-found">
          {payable.slice(0, SHOWN).map((member) => (
            <li key={member.key}>
              <Button
                wide
                icon="plus"
                onPress={() => {
                  onAdd(member);
                  setText("");
                }}
                testid="cash-found"
              >
                {member.name}
                {member.amount !== null && ` · ${formatMoney(member.amount)}`}
              </Button>
            </li>
          ))}
          {payable.length === 0 && text !== "" && <li class="muted">{t.noMatch}</li>}
          {found.state === "done" && payable.length === 0 && text === "" && (
            <li class="muted" data-testid="cash-nobody">
              {t.nobody} <a href="#/enrol">{t.enrolFirst}</a>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
