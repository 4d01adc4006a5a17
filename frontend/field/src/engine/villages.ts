/** The kelurahan and desa of one province, searched by what an agent types. */
import type { Json, VillageView } from "./contract";
import { isRecord } from "./http";
import { hasWords, plain, words } from "./words";

interface Indexed {
  readonly view: VillageView;
  /** Plain words of village, district and regency, a blank before each. */
  readonly line: string;
  readonly name: string;
}

function pairs(value: unknown): [string, string][] {
  const rows: unknown[] = Array.isArray(value) ? value : [];
  const found: [string, string][] = [];
  for (const row of rows) {
    if (Array.isArray(row) && typeof row[0] === "string" && typeof row[1] === "string") found.push([row[0], row[1]]);
  }
  return found;
}

const parent = (code: string): string => code.slice(0, code.lastIndexOf("."));

/** Reads the regions document; villages whose district it does not name keep an empty one. */
export function readVillages(document: Json): VillageView[] {
  const fields: Readonly<Record<string, unknown>> = isRecord(document) ? document : {};
  const regencies = new Map(pairs(fields.regencies));
  const districts = new Map(pairs(fields.districts));
  return pairs(fields.villages).map(([code, name]) => {
    const district = districts.get(parent(code)) ?? "";
    const regency = regencies.get(parent(parent(code))) ?? "";
    const label = [name, district, regency].filter((part) => part !== "").join(", ");
    return { code, name, district, regency, label };
  });
}

export class VillageIndex {
  private readonly rows: readonly Indexed[];
  private readonly byCode: ReadonlyMap<string, VillageView>;

  constructor(villages: readonly VillageView[]) {
    this.byCode = new Map(villages.map((view) => [view.code, view]));
    this.rows = villages
      .map((view) => ({ view, line: ` ${plain(view.label)}`, name: plain(view.name) }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  find(code: string): VillageView | null {
    return this.byCode.get(code) ?? null;
  }

  /** Every word must begin a word of village, district or regency; villages named so come first. */
  search(text: string, limit: number): VillageView[] {
    const wanted = words(text);
    const [first] = wanted;
    if (first === undefined) return [];
    const hits = this.rows.filter((row) => hasWords(row.line, wanted));
    const rank = (row: Indexed): number => (row.name === wanted.join(" ") ? 0 : row.name.startsWith(first) ? 1 : 2);
    return hits
      .map((row) => ({ row, at: rank(row) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ row }) => row.view);
  }
}
