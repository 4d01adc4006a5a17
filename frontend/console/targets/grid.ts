/** The figures of a plan's grid without its page: numbers as people write them, sums, and what was changed. */

/** Digits with or without points between thousands; an empty text is nothing, anything else is not a number (null). */
export function read(text: string): number | null | undefined {
  const bare = text.replace(/[\s.,]/g, "").replace(/^Rp/, "");
  if (bare === "") return undefined;
  return /^\d{1,16}$/.test(bare) ? Number(bare) : null;
}

export function add(texts: Iterable<string>): number {
  let sum = 0;
  for (const text of texts) sum += read(text) ?? 0;
  return sum;
}

export function show(value: number, language: string): string {
  return value.toLocaleString(language === "en" ? "en-GB" : "id-ID");
}

/** What a block copied from a spreadsheet holds, `[row][column]`. */
export function block(text: string): string[][] {
  const rows = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
  return rows.map((row) => row.split("\t"));
}

export interface Step {
  readonly name: string;
  readonly before: string;
}

/** The last steps, newest last; one act (a paste) is taken back as a whole. */
export class History {
  private readonly acts: Step[][] = [];

  note(steps: readonly Step[]): void {
    if (steps.length > 0) this.acts.push([...steps]);
  }

  back(): readonly Step[] {
    return (this.acts.pop() ?? []).reverse();
  }

  get isEmpty(): boolean {
    return this.acts.length === 0;
  }
}
