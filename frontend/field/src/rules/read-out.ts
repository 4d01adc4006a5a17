/** A NIK's meaning in words, to be read out to the worker: "Kota Jambi, Jelutung, lahir 1 Juli 1990, perempuan". */
import { monthName } from "../i18n/format";
import { parseDay } from "./dates";
import type { NikRules } from "./document";
import type { NikReport } from "./nik";

type Language = "id" | "en";

/** The name of a dotted region code; null where the list at hand does not have it. */
export type NameOf = (code: string) => string | null;

const WORDS = {
  id: {
    province: "Provinsi",
    unknown: "wilayah tidak dikenal",
    born: "lahir",
    or: "atau",
    F: "perempuan",
    M: "laki-laki",
  },
  en: { province: "Province of", unknown: "region not known", born: "born", or: "or", F: "woman", M: "man" },
} as const;

/** null where the NIK is refused. Names the province alone where its regencies are not at hand. */
export function readOut(rules: NikRules, report: NikReport, nameOf: NameOf, language: Language): string | null {
  if (!report.read || !report.sex) return null;
  const words = WORDS[language];
  const births = report.birthOn ? [report.birthOn] : report.births;
  const born = births.map((day) => dayInWords(day, language)).join(` ${words.or} `);
  return [...places(rules, report, nameOf, language), `${words.born} ${born}`, words[report.sex]].join(", ");
}

function places(rules: NikRules, report: NikReport, nameOf: NameOf, language: Language): string[] {
  const { province = "", regency = "", district = "" } = report.read ?? {};
  const regencyName = nameOf(regency);
  if (regencyName) return [regencyName, nameOf(district)].filter((name): name is string => name !== null);
  const provinceName = rules.provinces[province];
  return [provinceName ? `${WORDS[language].province} ${provinceName}` : WORDS[language].unknown];
}

function dayInWords(day: string, language: Language): string {
  const parsed = parseDay(day);
  return parsed ? `${parsed.day} ${monthName(parsed.month, language)} ${parsed.year}` : day;
}
