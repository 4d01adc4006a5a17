/** What of the findings is sure enough to be shown: a field that was read badly stays empty rather than wrong. */
import { checkNik } from "../rules/nik";
import type { ReadCard, ReadField, ReadOptions } from "./contract";
import { READ_FIELDS } from "./contract";
import type { Found } from "./fields";
import { lettersOf } from "./labels";
import { type Findings, LEAST_LABELS } from "./read";

type Values = { readonly [Field in ReadField]: Found<NonNullable<ReadCard[Field]>> | null };

const FLOOR: Readonly<Record<ReadField, number>> = {
  nik: 0.3,
  name: 0.7,
  birth_place: 0.55,
  birth_date: 0.55,
  sex: 0.7,
  address: 0.5,
  village: 0.5,
  district: 0.5,
  regency: 0.5,
};
/** Lower letters than this are guessed rather than read. */
const LEAST_HEIGHT = 11;
/** How much of its sureness is left to a number that disagrees with what stands beside it, and to two differing looks. */
const DISAGREES = 0.6;
/** Read by the model alone, which does not know the typeface of the number. */
const UNSEEN = 0.4;

export function judge(findings: Findings, { rules, on }: Pick<ReadOptions, "rules" | "on">): ReadCard {
  const { fields } = findings;
  const card = fields.labels >= LEAST_LABELS && findings.textHeight >= LEAST_HEIGHT;
  const values: Values = { ...fields, nik: nikOf(findings, rules, on), name: nameOf(findings) };
  const sure = (field: ReadField): number => (card ? (values[field]?.confidence ?? 0) : 0);
  const kept = <Field extends ReadField>(field: Field) =>
    sure(field) >= FLOOR[field] ? (values[field]?.value ?? null) : null;
  return {
    nik: kept("nik"),
    name: kept("name"),
    birth_place: kept("birth_place"),
    birth_date: kept("birth_date"),
    sex: kept("sex"),
    address: kept("address"),
    village: kept("village"),
    district: kept("district"),
    regency: kept("regency"),
    confidence: Object.fromEntries(READ_FIELDS.map((field) => [field, sure(field)])) as ReadCard["confidence"],
    advice: card && READ_FIELDS.filter((field) => kept(field) !== null).length >= LEAST_LABELS ? null : "closer",
  };
}

/** Sixteen digits that the rules do not refuse; surer where the birth date beside them says the same. */
function nikOf({ fields, digits }: Findings, rules: ReadOptions["rules"], on: string): Found | null {
  const seen: Found | null = digits
    ? { value: digits.digits, confidence: Math.min(...digits.sureness) }
    : fields.nik && { value: fields.nik.value, confidence: UNSEEN * fields.nik.confidence };
  if (!seen) return null;
  const report = checkNik(rules, seen.value, on);
  if (report.refusals.length > 0) return null;
  const { confidence } = seen;
  if (!fields.birth_date) return seen;
  const agrees = report.births.includes(fields.birth_date.value) && (fields.sex?.value ?? report.sex) === report.sex;
  return { value: seen.value, confidence: agrees ? (1 + confidence) / 2 : DISAGREES * confidence };
}

/** The second look knows where the words part; it counts where both saw the same letters. */
function nameOf({ fields: { name }, nameAgain }: Findings): Found | null {
  if (!name || !nameAgain) return name && lettersOf(name.value).length > 1 ? name : null;
  const same = lettersOf(name.value) === lettersOf(nameAgain.value);
  const confidence = same
    ? Math.max(name.confidence, nameAgain.confidence)
    : DISAGREES * Math.min(name.confidence, nameAgain.confidence);
  return { value: same ? nameAgain.value : name.value, confidence };
}
