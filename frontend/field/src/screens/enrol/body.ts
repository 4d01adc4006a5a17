/** The body of the enrol op, from a form whose steps are complete (device protocol, section 8). */
import type { ConsentGiven, EnrolForm } from "../../engine";
import type { Language } from "../../i18n/language";
import type { Consent, PhoneRules } from "../../rules/document";
import { consentsOn } from "../../rules/eligibility";
import { checkKk, checkNik } from "../../rules/nik";
import { birthOf } from "./birth";
import { whoseOf } from "./contact";
import { type Form, normalisePhone, tidy } from "./form";
import { idCardBy } from "./id-card";
import { isTransport, programmesOf, type Quote } from "./quote";

export { consentsOn };

export interface BodyParts {
  readonly form: Form;
  readonly rules: PhoneRules;
  readonly quote: Quote;
  readonly today: string;
  /** A picture of the ID card goes along. */
  readonly hasPhoto: boolean;
  readonly doubts: readonly string[];
  /** The language in which the consent texts were shown. */
  readonly language: Language;
}

export function toBody({ form, rules, quote, today, hasPhoto, doubts, language }: BodyParts): EnrolForm {
  const phone = form.phoneOwner === "none" ? null : normalisePhone(form.phone);
  return {
    nik: checkNik(rules.nik, form.nik, today).digits,
    kk: form.kk.trim() === "" ? null : checkKk(rules.nik, form.kk).digits,
    name: tidy(form.name),
    birth_place: tidy(form.birthPlace) || null,
    birth_date: birthOf(form, today) ?? "",
    birth_known: form.birthKnown,
    sex: form.sex ?? "F",
    phone,
    phone_owner: form.phoneOwner ?? "none",
    phone_whose: whoseOf(form),
    email: form.email.trim() || null,
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
    id_card_by: idCardBy(form, hasPhoto, today),
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
  switch (form.signing) {
    case "typed":
      return { kind: "typed", name };
    case "drawn":
      return { kind: "drawn", name, svg: form.signatureSvg };
    case "thumb": {
      const witness = { name: tidy(form.witnessName), relation: form.witnessRelation ?? "other" };
      return { kind: "thumb", name, svg: form.thumbSvg, witness };
    }
    case "spoken":
      return { kind: "spoken", name, challenge: form.challenge?.id ?? "", code: form.spokenCode };
  }
}
