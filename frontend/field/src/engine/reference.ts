/** Rules and the own province's regions: kept on the phone, refreshed by ETag (protocol, section 10). */
import type { PhoneStorage } from "../storage/phone";
import type { ReferenceRecord } from "../storage/phone-records";
import type { Changes } from "./changes";
import { EngineError, type Json, type ReferenceState, type RulesDocument, type VillageView } from "./contract";
import { type Http, isRecord } from "./http";
import { Cell } from "./observable";
import type { Surroundings } from "./surroundings";
import { readVillages, VillageIndex } from "./villages";

const RULES = "rules";
const regionsKey = (province: string): string => `regions/${province}`;
/** Unasked, the server is asked for newer ones this often. */
const EVERY_MS = 6 * 3_600_000;

function isRules(document: Json): boolean {
  return (
    isRecord(document) && typeof document.version === "string" && "tariff" in document && "occupations" in document
  );
}

function isRegions(document: Json): boolean {
  return isRecord(document) && Array.isArray(document.villages) && Array.isArray(document.districts);
}

export class Reference {
  readonly state = new Cell<ReferenceState>({ rules: null, regions: null, checkedAt: null });
  private province: string | null = null;
  private index: VillageIndex | null = null;

  constructor(
    private readonly storage: PhoneStorage,
    private readonly http: Http,
    private readonly changes: Changes,
    private readonly around: Surroundings,
  ) {}

  async load(province: string | null): Promise<void> {
    this.province = province;
    this.index = null;
    const rules = await this.storage.findReference(RULES);
    const regions = province === null ? null : await this.storage.findReference(regionsKey(province));
    const checks = [rules?.checkedAt, regions?.checkedAt].filter((at) => at !== undefined);
    const checkedAt = checks.length === 0 ? null : Math.min(...checks);
    this.state.set({ rules: rules?.version ?? null, regions: regions?.version ?? null, checkedAt });
  }

  async rules(): Promise<RulesDocument> {
    const record = await this.storage.findReference(RULES);
    if (record === null) throw new EngineError("reference_missing");
    return record.document as unknown as RulesDocument;
  }

  async searchVillages(text: string, limit = 20): Promise<readonly VillageView[]> {
    return (await this.villages()).search(text, limit);
  }

  async findVillage(code: string): Promise<VillageView | null> {
    return (await this.villages()).find(code);
  }

  /** Whether something is missing, old, or known to be replaced (`wanted` is the rules version of the last pull). */
  isDue(wanted: string | null): boolean {
    const { rules, regions, checkedAt } = this.state.get();
    if (rules === null || regions === null || checkedAt === null) return true;
    if (wanted !== null && wanted !== "" && wanted !== rules) return true;
    // By distance: a clock that was set back must not make old rules look new.
    return Math.abs(this.around.now() - checkedAt) >= EVERY_MS;
  }

  /** Asks for both; what is unchanged costs a header. */
  async refresh(): Promise<void> {
    if (this.province === null || this.province === "") throw new EngineError("not_activated");
    await this.refreshOne(RULES, "/api/v1/reference/rules", isRules);
    await this.refreshOne(regionsKey(this.province), `/api/v1/reference/regions/${this.province}`, isRegions);
    await this.load(this.province);
    this.changes.tell("reference");
  }

  private async refreshOne(key: string, path: string, isRight: (document: Json) => boolean): Promise<void> {
    const before = await this.storage.findReference(key);
    const etag = before?.etag ?? null;
    const headers: Record<string, string> = etag === null ? {} : { "If-None-Match": etag };
    const reply = await this.http.ask({ method: "GET", path, headers, timeoutMs: 90_000 });
    const checkedAt = this.around.now();
    if (reply.status === 304 && before !== null) return await this.storage.putReference({ ...before, checkedAt });
    const document = reply.json as Json;
    if (!isRight(document)) throw new EngineError("bad_answer");
    const version = (document as { readonly version?: unknown }).version;
    const record: ReferenceRecord = { key, version: String(version), etag: reply.header("ETag"), checkedAt, document };
    await this.storage.putReference(record);
  }

  private async villages(): Promise<VillageIndex> {
    if (this.index !== null) return this.index;
    const record = this.province === null ? null : await this.storage.findReference(regionsKey(this.province));
    if (record === null) throw new EngineError("reference_missing");
    this.index = new VillageIndex(readVillages(record.document));
    return this.index;
  }
}
