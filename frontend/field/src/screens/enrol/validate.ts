/**
 * What keeps a step from going on: a field, and which text tells it. Only what is missing or impossible stops; what is
 * doubtful is shown beside its field and goes along (`doubtsOf`). Pure: the day and the rules are passed in.
 */

import type { enrolErrors } from "../../i18n/enrol-errors";
import { ageOn, parseDay } from "../../rules/dates";
import type { EntryLimit, PhoneRules, Words } from "../../rules/document";
import { checkKk, checkNik, findingOf } from "../../rules/nik";
import { isExample, isPractice } from "../../world";
import { birthOf } from "./birth";
import { asksNumber, asksWhose, isAgentsNumber, isEmail, whoseOf } from "./contact";
import { type Form, normalisePhone, tidy } from "./form";
import { quoteOf } from "./quote";
import { STEPS, type Step } from "./steps";

type TextKey = keyof (typeof enrolErrors)["id"];

/** Told by a text of the screen, or by one of the rules. */
export interface Refusal {
  readonly field: string;
  readonly text: TextKey | Words;
}

export interface Against {
  readonly rules: PhoneRules;
  /** Day in the branch's time zone. */
  readonly today: string;
  /** Who fills the form: neither the worker's number nor the witness may be theirs. */
  readonly agent: { readonly name: string; readonly phone: string | null };
}

const CHECKS: Record<Step, (form: Form, against: Against) => readonly (Refusal | null)[]> = {
  identity: checkIdentity,
  work: checkWork,
  programmes: checkProgrammes,
  consent: checkConsent,
  summary: () => [],
};

/** In the order of the fields on the screen. */
export function checkStep(step: Step, form: Form, against: Against): readonly Refusal[] {
  return CHECKS[step](form, against).filter((refusal) => refusal !== null);
}

/** The first step that is not complete, null when all are. */
export function firstIncomplete(form: Form, against: Against): Step | null {
  return STEPS.find((step) => checkStep(step, form, against).length > 0) ?? null;
}

function need(right: boolean, field: string, text: TextKey | Words): Refusal | null {
  return right ? null : { field, text };
}

/** The limit in force on a day. */
export function limitOn(limit: EntryLimit, day: string): number | null {
  return limit.values.filter((dated) => dated.since <= day).pop()?.value ?? null;
}

function checkIdentity(form: Form, against: Against): readonly (Refusal | null)[] {
  return [
    checkNikField(form, against),
    checkKkField(form, against),
    need(form.name.trim().length > 0, "name", "errName"),
    checkBirth(form, against),
    need(form.sex !== null, "sex", "errSex"),
    ...checkContact(form, against),
    need(form.address.trim().length > 0, "address", "errAddress"),
    need(form.region !== null, "village", "errRegion"),
  ];
}

function checkNikField(form: Form, { rules, today }: Against): Refusal | null {
  if (form.nik.trim() === "") return { field: "nik", text: "errNikMissing" };
  const { digits, refusals } = checkNik(rules.nik, form.nik, today);
  const [refusal] = refusals;
  if (refusal === undefined && isPractice() && !isExample(digits)) return { field: "nik", text: "errNikPractice" };
  return refusal === undefined ? null : { field: "nik", text: findingOf(rules.nik, refusal)?.text ?? "errNikMissing" };
}

function checkKkField(form: Form, { rules }: Against): Refusal | null {
  if (form.kk.trim() === "") return null;
  const [refusal] = checkKk(rules.nik, form.kk).refusals;
  return refusal === undefined ? null : { field: "kk", text: findingOf(rules.nik, refusal)?.text ?? "errKkBad" };
}

function checkContact(form: Form, { agent }: Against): readonly (Refusal | null)[] {
  const number = asksNumber(form) && isAgentsNumber(form.phone, agent.phone) ? "errPhoneAgent" : "errPhone";
  const right = !asksNumber(form) || (normalisePhone(form.phone) !== null && number !== "errPhoneAgent");
  return [
    need(form.phoneOwner !== null, "phone-owner", "errPhoneOwner"),
    need(right, "phone", number),
    need(!asksWhose(form) || whoseOf(form) !== null, "phone-whose", "errPhoneWhose"),
    need(form.email.trim() === "" || isEmail(form.email), "email", "errEmail"),
  ];
}

const BIRTH_MISSING = { day: "errBirth", month: "errBirthMonth", year: "errBirthYear", estimate: "errAge" } as const;

/** The control that takes the first part of what is known of a birth date. */
export function birthControl(form: Pick<Form, "birthKnown">): string {
  return form.birthKnown === "estimate" ? "age" : "birth-date";
}

function checkBirth(form: Form, { rules, today }: Against): Refusal | null {
  const field = birthControl(form);
  const born = birthOf(form, today);
  if (born === null) return { field, text: BIRTH_MISSING[form.birthKnown] };
  if (born > today) return { field, text: "errBirthFuture" };
  const { age_upper } = rules.tariff.entry.limits;
  const limit = limitOn(age_upper, today);
  const [birthDay, day] = [parseDay(born), parseDay(today)];
  const tooOld = limit !== null && birthDay !== null && day !== null && ageOn(birthDay, day) >= limit;
  return tooOld && age_upper.verdict === "refuse" ? { field, text: age_upper.text } : null;
}

function checkWork(form: Form, { rules, today }: Against): readonly (Refusal | null)[] {
  const { income_lowest } = rules.tariff.entry.limits;
  const lowest = limitOn(income_lowest, today) ?? 0;
  const income = Number(form.income);
  return [
    need(form.jobs.length > 0, "job-search", "errJob"),
    need(form.income !== "", "income", "errIncome") ?? need(income >= lowest, "income", income_lowest.text),
    need(form.employs !== null, "employs", "errEmploys"),
  ];
}

function checkProgrammes(form: Form, { rules, today }: Against): readonly (Refusal | null)[] {
  const { months_least, months_most } = rules.tariff.entry.limits;
  const count = Number(form.months);
  const fits = count >= (limitOn(months_least, today) ?? 1) && count <= (limitOn(months_most, today) ?? 12);
  const offered = rules.tariff.entry.prepayment_offered.includes(count);
  return [
    need(fits, offered ? "months" : "months-number", "errMonths"),
    fits ? need(quoteOf(form, rules, today) !== null, "months", "errPrice") : null,
  ];
}

function checkConsent(form: Form, against: Against): readonly (Refusal | null)[] {
  const heirs = form.heirs.flatMap((heir, index) => [
    need(heir.name.trim().length > 0, `heir-${index + 1}-name`, "errHeirName"),
    need(heir.relation !== null, `heir-${index + 1}-relation`, "errHeirRelation"),
  ]);
  const consents = against.rules.consents
    .filter((consent) => consent.required)
    .map((consent) =>
      need(form.consents[consent.purpose as "enrolment"] === true, `consent-${consent.purpose}`, "errConsent"),
    );
  return [...heirs, ...consents, ...SIGNATURES[form.signing](form, against)];
}

const SIGNATURES: Record<Form["signing"], (form: Form, against: Against) => readonly (Refusal | null)[]> = {
  typed: (form) => [need(form.signatureName.trim() !== "", "signature-name", "errSignature")],
  drawn: (form) => [need(form.signatureSvg !== "", "signature-clear", "errSignature")],
  thumb: checkThumb,
  spoken: (form) => [
    need(challengeOf(form) !== null, "spoken-send", "errSpokenSend"),
    challengeOf(form) === null ? null : need(/^\d{4,8}$/.test(form.spokenCode), "spoken-code", "errSpokenCode"),
  ],
};

function checkThumb(form: Form, { agent }: Against): readonly (Refusal | null)[] {
  const witness = tidy(form.witnessName);
  const others = [agent.name, form.name].map((name) => tidy(name).toLowerCase());
  const isOther = !others.includes(witness.toLowerCase());
  return [
    need(form.thumbSvg !== "", "thumb", "errThumb"),
    need(witness !== "", "witness-name", "errWitnessName") ?? need(isOther, "witness-name", "errWitnessSelf"),
    need(form.witnessRelation !== null, "witness-relation", "errWitnessRelation"),
  ];
}

/** The code that was sent, as long as it went to the number that the form has now. */
export function challengeOf(form: Form): Form["challenge"] {
  const own = form.phoneOwner === "own" ? normalisePhone(form.phone) : null;
  return form.challenge !== null && form.challenge.phone === own ? form.challenge : null;
}
