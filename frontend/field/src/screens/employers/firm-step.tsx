import { useState } from "preact/hooks";
import { employersTexts } from "../../i18n/employers";
import { formatNumber } from "../../i18n/format";
import { type PuProgramme, puRules, type Risk, type Scale } from "../../rules/document-pu";
import { checkNik } from "../../rules/nik";
import { Button } from "../../ui/button";
import { Check, Choice } from "../../ui/choice";
import { ErrorSummary, type Problem } from "../../ui/error-summary";
import { TextArea, TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useSay, useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import { FillingContext } from "../enrol/context";
import { digitsOf, EMPTY_FORM, normalisePhone } from "../enrol/form";
import { VillagePicker } from "../enrol/village-picker";
import { useOwnFilling } from "./filling";
import { type Firm, scaleBy } from "./hand";
import type { VisitProps } from "./visit-screen";

const SCALES: readonly Scale[] = ["micro", "small", "medium"];
const RISKS: readonly Risk[] = ["very_low", "low", "medium", "high", "very_high"];

type Words = (typeof employersTexts)["id"];

function problemsOf(firm: Firm, { rules, today }: VisitProps, t: Words): Problem[] {
  const badNik = firm.ownerNik.trim() !== "" && checkNik(rules.nik, firm.ownerNik, today).refusals.length > 0;
  const badPhone = firm.phone.trim() !== "" && normalisePhone(firm.phone) === null;
  const found: [boolean, string, string][] = [
    [firm.name.trim().length < 2, "firm-name", t.errName],
    [firm.owner.trim() === "", "firm-owner", t.errOwner],
    [badNik, "firm-nik", t.errNik],
    [badPhone, "firm-phone", t.errPhone],
    [firm.region === null, "village", t.errVillage],
    [firm.sector === null, "firm-sector", t.errSector],
    [firm.scale === null, "firm-scale", t.errScale],
    [firm.risk === null, "firm-risk", t.errRisk],
  ];
  return found.filter(([wrong]) => wrong).map(([, field, text]) => ({ field, text }));
}

/** Who the business is. Neither NIB nor NPWP is asked. */
export function FirmStep(props: VisitProps & { readonly onNext: () => void }) {
  const t = useTexts(employersTexts);
  const { visit, change, rules, today } = props;
  const { firm } = visit;
  const [attempt, setAttempt] = useState(0);
  const problems = attempt > 0 ? problemsOf(firm, props, t) : [];
  const errorOf = (field: string) => problems.find((one) => one.field === field)?.text;
  const set = (patch: Partial<Firm>) => change({ ...visit, firm: { ...firm, ...patch } });
  const filling = useOwnFilling(
    "firm",
    { ...EMPTY_FORM, region: firm.region },
    (patch) => patch.region !== undefined && set({ region: patch.region }),
    rules,
    problems,
    today,
  );
  const next = () => {
    setAttempt(attempt + 1);
    if (problemsOf(firm, props, t).length === 0) props.onNext();
  };
  return (
    <Page
      title={t.firmTitle}
      back={{ href: "#/employers", label: t.back }}
      testid="screen-visit"
      foot={
        <Button kind="primary" wide onPress={next} testid="firm-next">
          {t.next}
        </Button>
      }
    >
      <ErrorSummary title={t.problem} problems={problems} attempt={attempt} />
      <TextField
        id="firm-name"
        label={t.firmName}
        capitals="words"
        maxLength={120}
        value={firm.name}
        onValue={(name) => set({ name })}
        error={errorOf("firm-name")}
      />
      <TextField
        id="firm-owner"
        label={t.owner}
        hint={t.ownerHint}
        capitals="words"
        maxLength={120}
        value={firm.owner}
        onValue={(owner) => set({ owner })}
        error={errorOf("firm-owner")}
      />
      <TextField
        id="firm-nik"
        label={t.ownerNik}
        optional={t.optional}
        keyboard="numeric"
        code
        maxLength={24}
        value={firm.ownerNik}
        onValue={(ownerNik) => set({ ownerNik })}
        error={errorOf("firm-nik")}
      />
      <TextField
        id="firm-phone"
        label={t.phone}
        optional={t.optional}
        keyboard="tel"
        maxLength={20}
        value={firm.phone}
        onValue={(phone) => set({ phone })}
        error={errorOf("firm-phone")}
      />
      <TextArea
        id="firm-address"
        label={t.address}
        optional={t.optional}
        value={firm.address}
        onValue={(address) => set({ address })}
        maxLength={300}
      />
      <FillingContext.Provider value={filling}>
        <VillagePicker />
      </FillingContext.Provider>
      <Kind {...props} set={set} errorOf={errorOf} />
    </Page>
  );
}

interface KindProps extends VisitProps {
  readonly set: (patch: Partial<Firm>) => void;
  readonly errorOf: (field: string) => string | undefined;
}

function shown(typed: string | undefined): string {
  return typed ? formatNumber(Number(typed)) : "";
}

function Kind({ visit, rules, today, set, errorOf }: KindProps) {
  const t = useTexts(employersTexts);
  const say = useSay();
  const { firm } = visit;
  const pu = puRules(rules);
  if (pu === null) return null;
  const suggested = scaleBy(firm, pu, today);
  const more = firm.scale === null ? [] : pu.scales[firm.scale].optional;
  const toggle = (programme: PuProgramme, on: boolean) =>
    set({ more: on ? [...firm.more, programme] : firm.more.filter((one) => one !== programme) });
  return (
    <>
      <SelectField
        id="firm-sector"
        label={t.sector}
        value={firm.sector}
        onValue={(sector) => set({ sector })}
        error={errorOf("firm-sector")}
        options={rules.occupations.map((group) => ({ value: group.code, label: say(group.name) }))}
      />
      <TextField
        id="firm-sales"
        label={t.sales}
        optional={t.optional}
        keyboard="numeric"
        prefix="Rp"
        maxLength={19}
        value={shown(firm.sales)}
        onValue={(typed) => set({ sales: digitsOf(typed, 14) })}
      />
      <TextField
        id="firm-capital"
        label={t.capital}
        optional={t.optional}
        keyboard="numeric"
        prefix="Rp"
        maxLength={19}
        value={shown(firm.capital)}
        onValue={(typed) => set({ capital: digitsOf(typed, 14) })}
      />
      {suggested !== null && (
        <div role="status" data-testid="scale-suggested">
          <Notice tone={firm.scale === null || firm.scale === suggested ? "note" : "needs"}>
            <p>{t.scaleBy(say(pu.scales[suggested].name))}</p>
            {firm.scale !== suggested && (
              <Button kind="quiet" icon="check" onPress={() => set({ scale: suggested, more: [] })}>
                {t.scaleTake}
              </Button>
            )}
          </Notice>
        </div>
      )}
      <Choice<Scale>
        id="firm-scale"
        legend={t.scale}
        value={firm.scale}
        onValue={(scale) => set({ scale, more: [] })}
        error={errorOf("firm-scale")}
        options={SCALES.map((value) => ({
          value,
          label: say(pu.scales[value].name),
          detail: `${say(pu.scales[value].means)}. ${t.obligatory(pu.scales[value].obligatory.join(", "))}`,
        }))}
      />
      <Choice<Risk>
        id="firm-risk"
        legend={t.risk}
        value={firm.risk}
        onValue={(risk) => set({ risk })}
        error={errorOf("firm-risk")}
        options={RISKS.map((value) => ({ value, label: t[`risk_${value}`] }))}
      />
      {more.length > 0 && (
        <fieldset class="field">
          <legend class="field__label">{t.more}</legend>
          <p class="field__hint">{t.moreHint}</p>
          {more.map((programme) => (
            <Check
              key={programme}
              id={`more-${programme}`}
              label={programme}
              checked={firm.more.includes(programme)}
              onChecked={(on) => toggle(programme, on)}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
