/** What the rules document says about wage earners (PU) and about cover. Loaded with the screens that need it. */
import type { DatedValue, PhoneRules, Words } from "./document";
import { RulesFormatError } from "./document";

export type Risk = "very_low" | "low" | "medium" | "high" | "very_high";
export type Scale = "micro" | "small" | "medium";
export type PuProgramme = "JKK" | "JKM" | "JHT" | "JP" | "JKP";

/** `part` is not owed, `deferred` is owed later; per ten thousand. */
export interface PuRelief {
  readonly id: string;
  readonly name: Words;
  readonly part: number;
  readonly programmes: readonly PuProgramme[];
  readonly deferred: number;
  readonly deferred_programmes: readonly PuProgramme[];
  readonly first_month: string;
  readonly last_month: string;
}

export interface PuRules {
  readonly jkk: Readonly<Record<Risk, { readonly name: Words; readonly values: readonly DatedValue[] }>>;
  readonly jkm: readonly DatedValue[];
  readonly jht_employer: readonly DatedValue[];
  readonly jht_worker: readonly DatedValue[];
  readonly jp_employer: readonly DatedValue[];
  readonly jp_worker: readonly DatedValue[];
  readonly jp_ceiling: readonly DatedValue[];
  readonly jkp_from_jkk: readonly DatedValue[];
  readonly jkp_from_jkm: readonly DatedValue[];
  readonly jkp_ceiling: number;
  readonly reliefs: readonly PuRelief[];
  readonly scales: Readonly<
    Record<
      Scale,
      {
        readonly name: Words;
        readonly means: Words;
        readonly obligatory: readonly PuProgramme[];
        readonly optional: readonly PuProgramme[];
        /** Rupiah up to which it is of this scale; empty of the largest, and of an older server. */
        readonly capital_most?: readonly DatedValue[];
        readonly sales_most?: readonly DatedValue[];
      }
    >
  >;
  readonly jkp: {
    readonly age_below: readonly DatedValue[];
    readonly citizens_only: boolean;
    readonly needs_health_insurance: boolean;
    readonly needs: Readonly<Record<Scale, readonly PuProgramme[]>>;
  };
  readonly wages: Readonly<
    Record<"lowest" | "daily_times" | "piece_average_months" | "seasonal_average_months", readonly DatedValue[]>
  >;
}

export interface CoverRules {
  readonly lapse: {
    readonly readings: Readonly<
      Record<string, { readonly months: number; readonly counted: "full_months" | "calendar" }>
    >;
    readonly followed: readonly { readonly since: string; readonly reading: string }[];
  };
  readonly unpaid: {
    readonly readings: Readonly<Record<string, { readonly protected: boolean }>>;
    readonly followed: readonly { readonly since: string; readonly reading: string }[];
  };
  readonly grace: readonly { readonly since: string; readonly value: number }[];
  readonly due: Readonly<
    Record<"BPU" | "PU", readonly { readonly first_month: string; readonly day: number; readonly month: number }[]>
  >;
}

/** The rules of wage earners; null where the document is of a server that had none. */
export function puRules(rules: PhoneRules): PuRules | null {
  const { pu } = rules as PhoneRules & { readonly pu?: PuRules };
  if (pu === undefined) return null;
  for (const name of ["jkm", "jht_employer", "jht_worker", "jp_employer", "jp_worker", "jp_ceiling"] as const) {
    if (!Array.isArray(pu[name]) || pu[name].length === 0) throw new RulesFormatError(`pu.${name}`);
  }
  return pu;
}

/** The rules of cover; null where the document is of a server that had none. */
export function coverRules(rules: PhoneRules): CoverRules | null {
  return (rules as PhoneRules & { readonly cover?: CoverRules }).cover ?? null;
}
