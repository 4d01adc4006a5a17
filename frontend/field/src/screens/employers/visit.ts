/** A visit to an employer while it is filled: kept as typed, and made into ops at the end. */
import type { EmployersKept, EnrolForm } from "../../engine";
import { engine } from "../../engine";
import { NO_EMPLOYERS, withMade } from "../../engine/employers";
import type { Language } from "../../i18n/language";
import type { PhoneRules } from "../../rules/document";
import { checkNik } from "../../rules/nik";
import { toBody } from "../enrol/body";
import { normalisePhone, tidy } from "../enrol/form";
import { amountsOf, EMPTY_VISIT, type Firm, type Hand, ownerOf, priceOf, type Visit } from "./hand";

/** Programmes of the enrol form stand for none here: they follow the scale. */
const NO_QUOTE = { months: [], total: 0, usual: 0, shown: null } as const;

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

function rupiahOf(typed: string | undefined): number | null {
  return typed ? Number(typed) : null;
}

function employerBody(
  firm: Firm,
  rules: PhoneRules,
  today: string,
  code: string | null,
  enrolment: string | null,
): object {
  return {
    name: tidy(firm.name),
    owner: {
      name: tidy(firm.owner),
      nik: firm.ownerNik.trim() === "" ? null : checkNik(rules.nik, firm.ownerNik, today).digits,
      enrolment,
    },
    scale: firm.scale,
    risk: firm.risk,
    sector: firm.sector,
    optional: firm.more,
    phone: firm.phone.trim() === "" ? null : normalisePhone(firm.phone),
    address: tidy(firm.address),
    region: firm.region,
    sales: rupiahOf(firm.sales),
    capital: rupiahOf(firm.capital),
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
 * the business. `owner`: the op of the owner's own enrolment, where it is made.
 */
export async function complete(
  visit: Visit,
  rules: PhoneRules,
  today: string,
  language: Language,
  owner: string | null,
): Promise<string> {
  const place = await engine.locate(1_500).catch(() => null);
  let done = visit;
  const name = tidy(visit.firm.name);
  if (done.op === null) {
    const { op, code } = await engine.learning.appendWithCode(
      "employer",
      (given) => employerBody(visit.firm, rules, today, given, owner),
      place,
      name,
    );
    done = { ...done, op: op.id };
    const about = { owner: ownerOf(visit.firm), ownerOp: owner, ownerAlong: owner !== null };
    const made = { op: op.id, name, code, workers: [], at: Date.now(), ...about };
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
    const empty = { op: employer, name, code: null, workers: [], at: Date.now(), owner: ownerOf(visit.firm) };
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
