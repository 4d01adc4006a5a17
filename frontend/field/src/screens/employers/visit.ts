/** A visit to an employer while it is filled: kept as typed, and made into ops at the end. */
import type { EmployersKept, EnrolForm } from "../../engine";
import { engine } from "../../engine";
import { NO_EMPLOYERS, withMade } from "../../engine/employers";
import { uuid7 } from "../../engine/encoding";
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
  return visit === null ? EMPTY_VISIT : await settled(JSON.parse(visit) as Visit);
}

/** With the ops that were made of it, also where the page died before it could note that. */
async function settled(visit: Visit): Promise<Visit> {
  const opOf = async ({ op, will }: Pick<Hand, "op" | "will">) =>
    op ?? (will !== undefined && (await engine.learning.findOp(will)) !== null ? will : null);
  const hands = await Promise.all(visit.hands.map(async (hand) => ({ ...hand, op: await opOf(hand) })));
  return { ...visit, hands, op: await opOf(visit) };
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

/** The ids that the ops will have, kept before the first of them is made. What was kept before goes on. */
async function planned(visit: Visit): Promise<Visit> {
  const before = await findVisit();
  const id = () => uuid7(Date.now());
  const hands = visit.hands.map((hand) => {
    const known = before.hands.find((one) => one.key === hand.key);
    return { ...hand, op: hand.op ?? known?.op ?? null, will: hand.will ?? known?.will ?? id() };
  });
  const plan = { ...visit, hands, op: visit.op ?? before.op, will: visit.will ?? before.will ?? id() };
  await keepVisit(plan);
  return plan;
}

type Worker = EmployersKept["made"][number]["workers"][number];

/** Kept together: that it was made, and how far the visit is. */
async function note(visit: Visit, empty: EmployersKept["made"][number], worker: Worker | null): Promise<void> {
  const step = JSON.stringify(visit);
  await changeEmployers((kept) => ({
    ...withMade(
      kept,
      empty.op,
      (made) =>
        worker === null || made.workers.some((one) => one.op === worker.op)
          ? made
          : { ...made, workers: [...made.workers, worker] },
      empty,
    ),
    visit: step,
  }));
}

/**
 * Makes the ops, the business first, each once: a page that dies in the middle, a full phone or a second press goes on after the last
 * one that was made. Answers the op of the business. `owner`: the op of the owner's own enrolment, where it is made.
 */
export async function complete(
  visit: Visit,
  rules: PhoneRules,
  today: string,
  language: Language,
  owner: string | null,
): Promise<string> {
  const place = await engine.locate(1_500).catch(() => null);
  let done = await planned(visit);
  const name = tidy(visit.firm.name);
  const told = (await findEmployers()).made.find((one) => one.op === done.op);
  const about = { owner: ownerOf(visit.firm), ownerOp: owner, ownerAlong: owner !== null };
  let made = told ?? { op: done.op ?? done.will ?? "", name, code: null, workers: [], at: Date.now(), ...about };
  if (told === undefined) {
    const body = (given: string | null) => employerBody(visit.firm, rules, today, given, owner);
    const { op, code } = await engine.learning.appendWithCode("employer", body, place, name, made.op);
    made = { ...made, op: op.id, code };
    done = { ...done, op: op.id };
    await note(done, made, null);
  }
  for (const hand of done.hands) {
    if (made.workers.some((one) => one.op === hand.op)) continue;
    const price = priceOf(hand, visit.firm, rules, today)?.total ?? 0;
    const body = workerBody(hand, made.op, rules, today, price, language);
    const who = tidy(hand.form.name);
    const op = await engine.learning.append("worker", body, place, who, hand.will);
    done = { ...done, hands: done.hands.map((one) => (one.key === hand.key ? { ...one, op: op.id } : one)) };
    await note(done, made, { op: op.id, name: who, price });
  }
  await keepVisit(null);
  return made.op;
}
