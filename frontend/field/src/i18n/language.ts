/** The two languages of the app. Indonesian is the default; a text missing in one of them does not compile. */
export type Language = "id" | "en";

export const LANGUAGES: readonly Language[] = ["id", "en"];

/** A text is fixed, or made from what it is about. */
type Text = string | ((...about: never[]) => string);

type Matching<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : T[Key] };

export interface Bilingual<T> {
  readonly id: Matching<T>;
  readonly en: Matching<T>;
}

/** Texts of one screen, Indonesian first; the English ones must have the same keys and take the same arguments. */
export function bilingual<T extends Record<string, Text>>(id: T, en: NoInfer<Matching<T>>): Bilingual<T> {
  return { id: id as Matching<T>, en };
}

/** A text that came from the server or from the rules in both languages. */
export interface BothTexts {
  readonly id: string;
  readonly en: string;
}
