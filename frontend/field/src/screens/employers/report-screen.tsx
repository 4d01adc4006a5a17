import { useState } from "preact/hooks";
import { type EmployerTold, type ErrorView, engine } from "../../engine";
import { uuid7 } from "../../engine/encoding";
import { commonTexts } from "../../i18n/common";
import { employersTexts } from "../../i18n/employers";
import { dayOf, formatMoney, formatMonth } from "../../i18n/format";
import { type PhoneRules, readRules } from "../../rules/document";
import { type PuProgramme, puRules, type Risk, type Scale } from "../../rules/document-pu";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { ErrorSummary, type Problem } from "../../ui/error-summary";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { navigate } from "../../ui/route";
import { SelectField } from "../../ui/select-field";
import { toast } from "../../ui/toast";
import { amountsOf, EMPTY_FIRM, type Firm, newHand, wageOf } from "./hand";
import { likely, monthsOf, type Told } from "./report";
import { record } from "./report-acts";
import { findEmployers } from "./visit";
import { Wage } from "./wage";

interface Given {
  readonly firm: EmployerTold;
  readonly worker: Told;
  readonly rules: PhoneRules;
}

async function gather(employer: string, enrolment: string): Promise<Given | null> {
  const [kept, document] = await Promise.all([findEmployers(), engine.reference.rules()]);
  const firm = kept.told?.find((one) => one.id === employer);
  const worker = firm?.workers.find((one) => one.enrolment === enrolment);
  return firm && worker ? { firm, worker, rules: readRules(document) } : null;
}

/** `#/employers/report/<employer>/<enrolment>`: a worker left, or earns something else. Works without signal. */
export function ReportScreen({ employer, enrolment }: { employer: string; enrolment: string }) {
  const t = useTexts(employersTexts);
  const common = useTexts(commonTexts);
  const loaded = useLoaded(() => gather(employer, enrolment), [employer, enrolment]);
  if (loaded.state === "done" && loaded.value !== null) return <Report {...loaded.value} />;
  return (
    <Page title={t.reportTitle} back={{ href: "#/employers", label: t.back }} testid="screen-report">
      {loaded.state === "loading" && <p class="appear-late">{common.loading}</p>}
      {loaded.state === "failed" && <ErrorNotice error={asErrorView(loaded.error)} />}
      {loaded.state === "done" && <Notice tone="needs" title={t.gone} />}
    </Page>
  );
}

type Kind = "left" | "wage";

function firmOf({ name, scale, risk, optional }: EmployerTold): Firm {
  return { ...EMPTY_FIRM, name, scale: scale as Scale, risk: risk as Risk, more: optional as readonly PuProgramme[] };
}

function Report({ firm, worker, rules }: Given) {
  const t = useTexts(employersTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const [kind, setKind] = useState<Kind | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [hand, setHand] = useState(() => newHand(firmOf(firm)));
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [id] = useState(() => uuid7(Date.now()));
  // Found while the form is filled: what is saved is on the phone at once.
  const [place] = useState(() => engine.locate(1_500).catch(() => null));
  const months = kind === null ? [] : monthsOf(kind, worker, today);
  const month = chosen !== null && months.includes(chosen) ? chosen : likely(months, today);
  const pu = puRules(rules);
  const wage = pu === null || month === null ? null : wageOf(hand, pu, month);
  const missing: Problem[] =
    kind === null
      ? [{ field: "report-kind", text: t.errReport }]
      : kind === "wage" && wage === null
        ? [{ field: "wage-0", text: t.errWage }]
        : [];
  const problems = attempt > 0 ? missing : [];
  const save = async () => {
    setAttempt(attempt + 1);
    if (busy || missing.length > 0 || kind === null || month === null) return;
    setBusy(true);
    try {
      const told = kind === "left" ? null : { kind: hand.kind, amounts: amountsOf(hand), month: wage ?? 0 };
      await record({ id, place: await place, kind, employer: firm.id, worker, month, wage: told });
      toast(t.reportKept);
      navigate("#/employers", "replace");
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  return (
    <Page
      title={t.reportTitle}
      back={{ href: "#/employers", label: t.back }}
      testid="screen-report"
      foot={
        <Button
          kind="primary"
          wide
          icon="check"
          busy={busy}
          disabled={kind !== null && month === null}
          onPress={() => void save()}
          testid="report-save"
        >
          {t.saveReport}
        </Button>
      }
    >
      <ErrorSummary title={t.problem} problems={problems} attempt={attempt} />
      {problem && <ErrorNotice error={problem} />}
      <div class="firm">
        <strong>{worker.name}</strong>
        <p class="muted">
          {firm.name} · {t.wageNow(formatMoney(worker.wage))}
        </p>
      </div>
      <Choice<Kind>
        id="report-kind"
        legend={t.reportWhat}
        value={kind}
        onValue={setKind}
        error={problems.find((one) => one.field === "report-kind")?.text}
        options={[
          { value: "left", label: t.hasLeft },
          { value: "wage", label: t.newWage },
        ]}
      />
      {kind !== null && months.length === 0 && <Notice tone="needs" title={t.allPaid} live />}
      {kind === "wage" && month !== null && (
        <Wage
          firm={firmOf(firm)}
          rules={rules}
          today={`${month}-01`}
          hand={hand}
          setHand={setHand}
          error={problems.find((one) => one.field === "wage-0")?.text}
        />
      )}
      {kind !== null && month !== null && (
        <SelectField
          id="report-month"
          label={kind === "left" ? t.lastMonth : t.fromMonth}
          value={month}
          onValue={setChosen}
          options={months.map((value) => ({ value, label: formatMonth(value, language) }))}
        />
      )}
      {kind === "left" && month !== null && <p class="muted">{t.leftHint}</p>}
    </Page>
  );
}
