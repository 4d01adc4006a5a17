/** The body of the enrol op, from a form whose steps are complete (device protocol, section 8). */
import type { ConsentGiven, EnrolForm } from "../../engine";
import type { Language } from "../../i18n/language";
import type { Consent, PhoneRules } from "../../rules/document";
import { checkKk, checkNik } from "../../rules/nik";
import { type Form, isoDate, normalisePhone } from "./form";
import { isTransport, programmesOf, type Quote } from "./quote";

export interface BodyParts {
  readonly form: Form;
  readonly rules: PhoneRules;
  readonly quote: Quote;
  readonly today: string;
  readonly doubts: readonly string[];
  /** The language in which the consent texts were shown. */
  readonly language: Language;
}

/** The consents in force on a day, the newest version of each purpose, in the order of the rules. */
export function consentsOn(rules: PhoneRules, day: string): readonly Consent[] {
  const newest = new Map<string, Consent>();
  for (const consent of rules.consents) if (consent.since <= day) newest.set(consent.purpose, consent);
  return [...newest.values()];
}

export function toBody({ form, rules, quote, today, doubts, language }: BodyParts): EnrolForm {
  const phone = form.phoneOwner === "none" ? null : normalisePhone(form.phone);
  return {
    nik: checkNik(rules.nik, form.nik, today).digits,
    kk: form.kk.trim() === "" ? null : checkKk(rules.nik, form.kk).digits,
    name: tidy(form.name),
    birth_place: tidy(form.birthPlace) || null,
    birth_date: isoDate(form.birth) ?? "",
    sex: form.sex ?? "F",
    phone,
    phone_owner: form.phoneOwner ?? "none",
    email: null,
    address: tidy(form.address),
    region: form.region ?? "",
    jobs: form.jobs.map((code) => ({ code })),
    income: Number(form.income),
    transport: isTransport(form, rules),
    employs_others: form.employs === true,
    programmes: programmesOf(form, rules),
    months: Number(form.months),
    heirs: form.heirs.map((heir) => ({ name: tidy(heir.name), relation: heir.relation ?? "other" })),
    consents: consentsOn(rules, today).map((consent) => given(consent, form, language)),
    signature: signatureOf(form),
    price_shown: quote.shown,
    warnings: doubts,
  };
}

function given(consent: Consent, form: Form, language: Language): ConsentGiven {
  const purpose = consent.purpose as ConsentGiven["purpose"];
  return {
    purpose,
    version: consent.version,
    sha256: consent.sha256[language],
    given: form.consents[purpose] === true,
  };
}

function signatureOf(form: Form): EnrolForm["signature"] {
  const name = tidy(form.signatureName) || tidy(form.name);
  return form.signing === "typed" ? { kind: "typed", name } : { kind: "drawn", name, svg: form.signatureSvg };
}

function tidy(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
