/** A visit to an employer while it is filled: the business and its workers, kept as typed. */
import type { EmployersKept, EnrolForm } from "../../engine";
import { engine } from "../../engine";
import { NO_EMPLOYERS, withMade } from "../../engine/employers";
import type { Language } from "../../i18n/language";
import { ageOn, monthOf, parseDay } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { type PuProgramme, type PuRules, puRules, type Risk, type Scale } from "../../rules/document-pu";
import { checkNik } from "../../rules/nik";
import { averageWage, dailyWageOfMonth, type PuMonthPrice, pricePu } from "../../rules/tariff-pu";
import { birthOf } from "../enrol/birth";
import { toBody } from "../enrol/body";
import { EMPTY_FORM, type Form, normalisePhone, tidy } from "../enrol/form";

export type WageKind = "monthly" | "daily" | "piece";

export interface Firm {
  readonly name: string;
  readonly owner: string;
  readonly ownerNik: string;
  readonly phone: string;
  readonly address: string;
  readonly region: string | null;
  readonly scale: Scale | null;
  readonly risk: Risk | null;
  readonly sector: string | null;
  readonly more: readonly PuProgramme[];
}

export interface Hand {
  /** Of this phone alone. */
  readonly key: string;
  readonly form: Form;
  readonly kind: WageKind;
  /** Digits only; of piece work last month's first. */
  readonly amounts: readonly string[];
  /** The op, once it is one. */
  readonly op: string | null;
}

export interface Visit {
  readonly firm: Firm;
  readonly hands: readonly Hand[];
  readonly op: string | null;
}

export const EMPTY_FIRM: Firm = {
  name: "",
  owner: "",
  ownerNik: "",
  phone: "",
  address: "",
  region: null,
  scale: null,
  risk: null,
  sector: null,
  more: [],
};
export const EMPTY_VISIT: Visit = { firm: EMPTY_FIRM, hands: [], op: null };
/** Programmes of the enrol form stand for none here: they follow the scale. */
const NO_QUOTE = { months: [], total: 0, usual: 0, shown: null } as const;

export function newHand(firm: Firm): Hand {
  const form: Form = { ...EMPTY_FORM, region: firm.region, address: firm.address };
  return { key: crypto.randomUUID(), form, kind: "monthly", amounts: ["", "", ""], op: null };
}

export async function findEmployers(): Promise<EmployersKept> {
  return (await engine.learning.find())?.employers ?? NO_EMPLOYERS;
}

export async function changeEmployers(how: (kept: EmployersKept) => EmployersKept): Promise<EmployersKept> {
  const changed = await engine.learning.change((kept) => ({ ...kept, employers: how(kept.employers ?? NO_EMPLOYERS) }));
  return changed.employers ?? NO_EMPLOYERS;
}

export async function findVisit(): Promise<Visit> {
  const { visit } = await findEmployers();
  return visit === null ? EMPTY_VISIT : (JSON.parse(visit) as Visit);
}

export async function keepVisit(visit: Visit | null): Promise<void> {
  await changeEmployers((kept) => ({ ...kept, visit: visit === null ? null : JSON.stringify(visit) }));
}

export function programmesOf(firm: Firm, pu: PuRules, born: string | null, today: string): readonly PuProgramme[] {
  if (firm.scale === null) return [];
  const { obligatory } = pu.scales[firm.scale];
  const chosen = [...new Set([...obligatory, ...firm.more])];
  if (!chosen.includes("JKP")) return chosen;
  const below = pu.jkp.age_below.filter((one) => one.first_month <= today.slice(0, 7)).pop()?.value ?? 0;
  const [birthDay, day] = [parseDay(born ?? ""), parseDay(today)];
  const young = birthDay !== null && day !== null && ageOn(birthDay, day) < below;
  const complete = pu.jkp.needs[firm.scale].every((one) => chosen.includes(one));
  return young && complete ? chosen : chosen.filter((one) => one !== "JKP");
}

/** Oldest month first, as the server takes it. */
export function amountsOf(hand: Hand): number[] {
  const typed = hand.amounts.map(Number).filter((amount) => amount > 0);
  return hand.kind === "piece" ? typed.reverse() : typed.slice(0, 1);
}

export function wageOf(hand: Hand, pu: PuRules, month: string): number | null {
  const amounts = amountsOf(hand);
  const [first] = amounts;
  if (first === undefined) return null;
  if (hand.kind === "daily") return dailyWageOfMonth(pu, first, month);
  return hand.kind === "piece" ? averageWage(pu, amounts, month) : first;
}

/** Null while something the price hangs on is missing. */
export function priceOf(hand: Hand, firm: Firm, rules: PhoneRules, today: string): PuMonthPrice | null {
  const pu = puRules(rules);
  if (pu === null || firm.scale === null || firm.risk === null) return null;
  const month = monthOf(today).slice(0, 7);
  const wage = wageOf(hand, pu, month);
  if (wage === null) return null;
  const programmes = programmesOf(firm, pu, birthOf(hand.form, today), today);
  return pricePu(pu, { wage, programmes, risk: firm.risk, months: [month] })[0] ?? null;
}

function employerBody(firm: Firm, rules: PhoneRules, today: string, code: string | null): object {
  return {
    name: tidy(firm.name),
    owner: {
      name: tidy(firm.owner),
      nik: firm.ownerNik.trim() === "" ? null : checkNik(rules.nik, firm.ownerNik, today).digits,
      enrolment: null,
    },
    scale: firm.scale,
    risk: firm.risk,
    sector: firm.sector,
    optional: firm.more,
    phone: firm.phone.trim() === "" ? null : normalisePhone(firm.phone),
    address: tidy(firm.address),
    region: firm.region,
    payment_code: code,
  };
}

function workerBody(
  hand: Hand,
  employer: string,
  rules: PhoneRules,
  today: string,
  price: number,
  language: Language,
): object {
  const body: EnrolForm = toBody({
    form: hand.form,
    rules,
    quote: NO_QUOTE as never,
    today,
    hasPhoto: false,
    doubts: [],
    language,
  });
  const { nik, kk, name, birth_place, birth_date, birth_known, sex, phone, phone_owner, address, region } = body;
  return {
    employer,
    ...{
      nik,
      kk,
      name,
      birth_place: birth_place ?? "",
      birth_date,
      birth_known,
      sex,
      phone,
      phone_owner,
      address,
      region,
    },
    job: body.jobs[0]?.code ?? "",
    wage: { kind: hand.kind, amounts: amountsOf(hand) },
    from_month: today.slice(0, 7),
    heirs: body.heirs,
    consents: body.consents,
    signature: body.signature,
    price_shown: price,
  };
}

/**
 * Makes the ops, the business first; a page that dies in the middle goes on after the last one that was made. Answers the op of
 * the business.
 */
export async function complete(visit: Visit, rules: PhoneRules, today: string, language: Language): Promise<string> {
  const place = await engine.locate(1_500).catch(() => null);
  let done = visit;
  const name = tidy(visit.firm.name);
  if (done.op === null) {
    const { op, code } = await engine.learning.appendWithCode(
      "employer",
      (given) => employerBody(visit.firm, rules, today, given),
      place,
      name,
    );
    done = { ...done, op: op.id };
    const made = { op: op.id, name, code, workers: [], at: Date.now() };
    await changeEmployers((kept) => ({ ...withMade(kept, op.id, () => made, made), visit: JSON.stringify(done) }));
  }
  const employer = done.op ?? "";
  for (const hand of visit.hands) {
    if (hand.op !== null) continue;
    const price = priceOf(hand, visit.firm, rules, today)?.total ?? 0;
    const body = workerBody(hand, employer, rules, today, price, language);
    const who = tidy(hand.form.name);
    const op = await engine.learning.append("worker", body, place, who);
    done = { ...done, hands: done.hands.map((one) => (one.key === hand.key ? { ...one, op: op.id } : one)) };
    const step = JSON.stringify(done);
    const empty = { op: employer, name, code: null, workers: [], at: Date.now() };
    await changeEmployers((kept) => ({
      ...withMade(
        kept,
        employer,
        (made) => ({ ...made, workers: [...made.workers, { op: op.id, name: who, price }] }),
        empty,
      ),
      visit: step,
    }));
  }
  await keepVisit(null);
  return employer;
}
