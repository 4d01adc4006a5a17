/** The half-filled enrolment form: what was typed, kept as typed, and how it goes into a draft and out of one. */
import type {
  BirthKnown,
  ConsentPurpose,
  Draft,
  DraftFields,
  PhoneOwner,
  ReadFields,
  Relation,
  Sex,
  Signature,
  Witness,
} from "../../engine";
import type { TypedDate } from "../../ui/date-fields";

export interface HeirTyped {
  readonly name: string;
  readonly relation: Relation | null;
}

/** A one-time code that the server has sent to the worker's own number. */
export interface Challenge {
  readonly id: string;
  readonly phone: string;
  /** The phone's clock, ms. */
  readonly sentAt: number;
}

export interface Form {
  readonly nik: string;
  readonly kk: string;
  readonly name: string;
  readonly birthPlace: string;
  readonly birthKnown: BirthKnown;
  readonly birth: TypedDate;
  /** Years, digits only; used where only an age is known. */
  readonly age: string;
  readonly sex: Sex | null;
  readonly phoneOwner: PhoneOwner | null;
  readonly phone: string;
  readonly phoneWhose: string;
  readonly email: string;
  readonly address: string;
  readonly region: string | null;
  readonly jobs: readonly string[];
  /** Digits only. */
  readonly income: string;
  readonly employs: boolean | null;
  readonly jht: boolean;
  /** Digits only, so that another number can be half typed. */
  readonly months: string;
  readonly heirs: readonly HeirTyped[];
  readonly consents: Readonly<Partial<Record<ConsentPurpose, boolean>>>;
  readonly signing: Signature["kind"];
  readonly signatureName: string;
  readonly signatureSvg: string;
  readonly thumbSvg: string;
  readonly witnessName: string;
  readonly witnessRelation: Witness["relation"] | null;
  readonly challenge: Challenge | null;
  readonly spokenCode: string;
  /** Days until the picture of the ID card is due, counted from the day of the enrolment. */
  readonly photoDays: number;
  /** Filled by the card reader and not yet touched. */
  readonly read: ReadFields;
}

export const PHOTO_DAYS = 3;

export const EMPTY_FORM: Form = {
  nik: "",
  kk: "",
  name: "",
  birthPlace: "",
  birthKnown: "day",
  birth: { day: "", month: "", year: "" },
  age: "",
  sex: null,
  phoneOwner: null,
  phone: "",
  phoneWhose: "",
  email: "",
  address: "",
  region: null,
  jobs: [],
  income: "",
  employs: null,
  jht: false,
  months: "1",
  heirs: [],
  consents: {},
  signing: "typed",
  signatureName: "",
  signatureSvg: "",
  thumbSvg: "",
  witnessName: "",
  witnessRelation: null,
  challenge: null,
  spokenCode: "",
  photoDays: PHOTO_DAYS,
  read: [],
};

/** What is kept in the draft: everything as typed in one place, and the name for lists of drafts. */
export function toDraftFields(form: Form): DraftFields {
  return { name: form.name, read: form.read, typed: { form: JSON.stringify(form) } };
}

/** The form a draft holds; a draft made from another enrolment holds fields of its body instead. */
export function fromDraft(draft: Draft): Form {
  const typed = draft.fields.typed?.form;
  return typed === undefined ? fromFields(draft.fields) : { ...EMPTY_FORM, ...(JSON.parse(typed) as Partial<Form>) };
}

function fromFields(fields: DraftFields): Form {
  const witness = fields.signature?.kind === "thumb" ? fields.signature.witness : null;
  return {
    ...EMPTY_FORM,
    nik: fields.nik ?? "",
    kk: fields.kk ?? "",
    name: fields.name ?? "",
    birthPlace: fields.birth_place ?? "",
    // An estimate is kept as its year: the age it came from was not.
    birthKnown: fields.birth_known === "estimate" ? "year" : (fields.birth_known ?? "day"),
    birth: typedDate(fields.birth_date ?? ""),
    sex: fields.sex ?? null,
    phoneOwner: fields.phone_owner ?? null,
    phone: fields.phone ?? "",
    phoneWhose: fields.phone_whose ?? "",
    email: fields.email ?? "",
    address: fields.address ?? "",
    region: fields.region ?? null,
    jobs: fields.jobs?.map((job) => job.code) ?? [],
    income: fields.income === undefined ? "" : String(fields.income),
    employs: fields.employs_others ?? null,
    jht: fields.programmes?.includes("JHT") ?? false,
    months: String(fields.months ?? 1),
    heirs: fields.heirs ?? [],
    signing: witness ? "thumb" : "typed",
    witnessName: witness?.name ?? "",
    witnessRelation: witness?.relation ?? null,
  };
}

/** `1990-07-01` as its three parts; empty parts where there is no date. */
export function typedDate(iso: string): TypedDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!match) return EMPTY_FORM.birth;
  return { day: String(Number(match[3])), month: String(Number(match[2])), year: match[1] ?? "" };
}

/** The date as `YYYY-MM-DD`, null unless the three parts are a day of the calendar. */
export function isoDate(typed: TypedDate): string | null {
  const [day, month, year] = [typed.day, typed.month, typed.year].map(Number) as [number, number, number];
  if (!/^\d{4}$/.test(typed.year) || day < 1 || month < 1 || month > 12) return null;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day > days) return null;
  return `${typed.year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** A number typed as 0812…, 62812…, +62 812… or 812… as +62812…; null when it cannot be an Indonesian number. */
export function normalisePhone(typed: string): string | null {
  const digits = typed.replace(/\D/g, "");
  const national = digits.replace(/^(?:62|0)/, "");
  return /^[2-9]\d{7,11}$/.test(national) ? `+62${national}` : null;
}

export function digitsOf(typed: string, most = 16): string {
  return typed.replace(/\D/g, "").slice(0, most);
}

export function tidy(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
