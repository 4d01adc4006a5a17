/** The business and its workers as they are typed, and what they cost. Pure. */

import type { EmployerOwner } from "../../engine";
import { ageOn, monthOf, parseDay } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { type PuProgramme, type PuRules, puRules, type Risk, type Scale } from "../../rules/document-pu";
import { averageWage, dailyWageOfMonth, type PuMonthPrice, pricePu } from "../../rules/tariff-pu";
import { birthOf } from "../enrol/birth";
import { EMPTY_FORM, type Form } from "../enrol/form";

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
  /** Rupiah as typed; visits of before have none. */
  readonly sales?: string;
  readonly capital?: string;
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
  /** The id that its op will have, kept before it is made, so that it is made once. Visits of before have none. */
  readonly will?: string;
}

export interface Visit {
  readonly firm: Firm;
  readonly hands: readonly Hand[];
  readonly op: string | null;
  /** The owner's own enrolment (BPU): the id of its draft, and then of its op. Visits of before have none. */
  readonly ownerDraft?: string | null;
  /** The id that the op of the business will have. */
  readonly will?: string;
  /** A worker who is typed and not saved. */
  readonly open?: Hand | null;
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

/** Workers that are no acts yet, but for the one that is open. */
export function unsent(visit: Visit, open?: Hand): number {
  return visit.hands.filter((hand) => hand.op === null && hand.key !== open?.key).length;
}

export function newHand(firm: Firm): Hand {
  const form: Form = { ...EMPTY_FORM, region: firm.region, address: firm.address };
  return { key: crypto.randomUUID(), form, kind: "monthly", amounts: ["", "", ""], op: null };
}

export function ownerOf(firm: Firm): EmployerOwner {
  const { owner, ownerNik, phone, address, region } = firm;
  return { name: owner.trim(), nik: ownerNik.replace(/\D/g, ""), phone: phone.trim(), address: address.trim(), region };
}

/** The owner's own form (BPU): who employs others is in JHT too. */
export function ownerForm({ name, nik, phone, address, region }: EmployerOwner): Form {
  return { ...EMPTY_FORM, name, nik, phone, phoneOwner: phone === "" ? null : "own", address, region, employs: true };
}

/** The scale by sales, else by capital; null where neither is told. */
export function scaleBy(firm: Firm, pu: PuRules, today: string): Scale | null {
  const [sales, capital] = [firm.sales ?? "", firm.capital ?? ""];
  const [typed, figure] = sales === "" ? [capital, "capital_most" as const] : [sales, "sales_most" as const];
  if (typed === "") return null;
  for (const scale of ["micro", "small"] as const) {
    const most = (pu.scales[scale][figure] ?? []).filter((one) => one.first_month <= today.slice(0, 7)).pop();
    if (most === undefined) return null;
    if (Number(typed) <= most.value) return scale;
  }
  return "medium";
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
