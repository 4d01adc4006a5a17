import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type ErrorView, engine, type Place, type VisitOutcome } from "../../engine";
import { addDays, withoutVisit, withVisit } from "../../engine/chase";
import { uuid7 } from "../../engine/encoding";
import { chaseTexts } from "../../i18n/chase";
import { formatMoney } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextArea, TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { navigate } from "../../ui/route";
import { toast } from "../../ui/toast";
import { type Dues, useMembers } from "./use-dues";

const OUTCOMES: readonly VisitOutcome[] = [
  "promised",
  "paid_elsewhere",
  "not_found",
  "refused",
  "sick",
  "moved",
  "died",
];
const WHOM = ["agent", "office", "bank", "other"] as const;
/** For the place where the visit is. */
const WAIT_MS = 1_500;
type Whom = (typeof WHOM)[number];
type Day = "tomorrow" | "inThreeDays" | "nextWeek" | "otherDay";
const DAYS: Readonly<Record<Exclude<Day, "otherDay">, number>> = { tomorrow: 1, inThreeDays: 3, nextWeek: 7 };

interface Form {
  readonly outcome: VisitOutcome | null;
  readonly day: Day | null;
  readonly date: string;
  readonly whom: Whom | null;
  readonly name: string;
  readonly amount: string;
  readonly note: string;
}

const EMPTY: Form = { outcome: null, day: null, date: "", whom: null, name: "", amount: "", note: "" };

function promisedOn(form: Form, today: string): string | null {
  if (form.outcome !== "promised" || form.day === null) return null;
  return form.day === "otherDay" ? form.date || null : addDays(today, DAYS[form.day]);
}

function bodyOf(form: Form, enrolment: string, today: string): object {
  const amount = Number(form.amount.replace(/\D/g, ""));
  return {
    enrolment,
    outcome: form.outcome,
    ...(form.outcome === "promised" && { promised_on: promisedOn(form, today) }),
    ...(form.outcome === "paid_elsewhere" && { whom: form.whom, whom_name: form.name.trim() }),
    ...(form.outcome === "paid_elsewhere" && amount > 0 && { amount }),
    ...(form.note.trim() && { note: form.note.trim() }),
  };
}

/** One act: what came of a visit or a call. Works without signal; an op of its own takes it back. */
export function OutcomeScreen({ dues, enrolment }: { dues: Dues; enrolment: string }) {
  const t = useTexts(chaseTexts);
  const [form, setForm] = useState<Form>(EMPTY);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  // Made once: a second press after a failure in the middle makes no second outcome.
  const [id] = useState(() => uuid7(Date.now()));
  // Found while the form is filled: what is saved is on the phone at once, also where the page is closed a moment later.
  const [place] = useState(() => engine.locate(WAIT_MS).catch(() => null));
  const members = useMembers([enrolment]);
  const due = dues.kept?.told?.members.find((one) => one.id === enrolment) ?? null;
  const set = (patch: Partial<Form>) => setForm({ ...form, ...patch });
  const day = promisedOn(form, dues.today);
  const most = addDays(dues.today, dues.kept?.told?.chase.promise_days_most ?? 31);
  const dayWrong = form.outcome === "promised" && (day === null || day <= dues.today || day > most);
  const whomWrong = form.outcome === "paid_elsewhere" && form.whom === null;
  const name = members.get(enrolment)?.name ?? "";
  const save = async () => {
    setTried(true);
    if (form.outcome === null || dayWrong || whomWrong) return;
    setBusy(true);
    try {
      await record({ dues, place: await place, id, enrolment, name, form, day });
      navigate("#/chase", "replace");
      toast(t.saved);
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  if (due === null) {
    return (
      <Page title={t.outcomeTitle} back={{ href: "#/chase", label: t.back }} testid="screen-outcome">
        <Notice tone="note" title={t.gone} />
      </Page>
    );
  }
  return (
    <Page
      title={name || t.outcomeTitle}
      back={{ href: "#/chase", label: t.back }}
      testid="screen-outcome"
      foot={
        <Button kind="primary" wide busy={busy} onPress={() => void save()} testid="outcome-save">
          {t.save}
        </Button>
      }
    >
      <p class="muted">{formatMoney(due.amount)}</p>
      {problem && <ErrorNotice error={problem} />}
      <Choice
        id="outcome"
        legend={t.outcome}
        value={form.outcome}
        onValue={(outcome) => set({ outcome })}
        error={tried && form.outcome === null ? t.chooseOutcome : undefined}
        options={OUTCOMES.map((value) => ({ value, label: t[value], detail: t[`detail_${value}`] }))}
      />
      {form.outcome === "promised" && (
        <When form={form} set={set} today={dues.today} most={most} wrong={tried && dayWrong} />
      )}
      {form.outcome === "paid_elsewhere" && <PaidWhom form={form} set={set} wrong={tried && whomWrong} />}
      <TextArea
        id="note"
        label={`${t.note} (${t.optional})`}
        value={form.note}
        onValue={(note) => set({ note })}
        maxLength={300}
        capitals="sentences"
      />
    </Page>
  );
}

interface PartProps {
  readonly form: Form;
  readonly set: (patch: Partial<Form>) => void;
  readonly wrong: boolean;
}

/** A question that an answer above has opened: it comes into view, for it stands below the fold of a small phone. */
function Further({ children, asked }: { children: ComponentChildren; asked: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  // Again when it was left without an answer.
  useEffect(() => place.current?.scrollIntoView({ block: "center" }), [asked]);
  return (
    <div class="stack" ref={place}>
      {children}
    </div>
  );
}

function When({ form, set, wrong, today, most }: PartProps & { readonly today: string; readonly most: string }) {
  const t = useTexts(chaseTexts);
  const days: readonly Day[] = ["tomorrow", "inThreeDays", "nextWeek", "otherDay"];
  return (
    <Further asked={wrong}>
      <Choice
        id="promise"
        legend={t.when}
        inline
        value={form.day}
        onValue={(day) => set({ day })}
        error={wrong ? t.chooseDay : undefined}
        options={days.map((value) => ({ value, label: t[value] }))}
      />
      {form.day === "otherDay" && (
        <div class="field">
          <label class="field__label" for="promise-date">
            {t.date}
          </label>
          <input
            id="promise-date"
            class="input"
            type="date"
            min={addDays(today, 1)}
            max={most}
            value={form.date}
            onInput={(event) => set({ date: event.currentTarget.value })}
            data-testid="promise-date"
          />
        </div>
      )}
    </Further>
  );
}

function PaidWhom({ form, set, wrong }: PartProps) {
  const t = useTexts(chaseTexts);
  return (
    <Further asked={wrong}>
      <Choice
        id="whom"
        legend={t.whom}
        value={form.whom}
        onValue={(whom) => set({ whom })}
        error={wrong ? t.chooseWhom : undefined}
        options={WHOM.map((value) => ({ value, label: t[value] }))}
      />
      <TextField
        id="whom-name"
        label={t.whomName}
        optional={t.optional}
        value={form.name}
        onValue={(name) => set({ name })}
        capitals="words"
        maxLength={80}
      />
      <TextField
        id="whom-amount"
        label={t.amount}
        optional={t.optional}
        value={form.amount}
        onValue={(amount) => set({ amount })}
        keyboard="numeric"
        prefix="Rp"
        maxLength={11}
      />
    </Further>
  );
}

interface Recording {
  readonly dues: Dues;
  readonly place: Place | null;
  readonly id: string;
  readonly enrolment: string;
  readonly name: string;
  readonly form: Form;
  readonly day: string | null;
}

async function record({ dues, place, id, enrolment, name, form, day }: Recording): Promise<void> {
  if (form.outcome === null) return;
  const op = await engine.learning.append("visit_outcome", bodyOf(form, enrolment, dues.today), place, name, id);
  const made = { op: op.id, enrolment, outcome: form.outcome, promisedOn: day, on: dues.today, undoneAt: null };
  await dues.change((kept) => withVisit(kept, { ...made, madeAt: Date.now() }));
}

/** Takes an outcome back by an op of its own. */
export async function takeBack(dues: Dues, op: string, name: string): Promise<void> {
  await engine.learning.append("visit_outcome", { undoes: op }, null, name);
  await dues.change((kept) => withoutVisit(kept, op, Date.now()));
}
