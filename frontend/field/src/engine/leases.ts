/** Payment codes that the server has set aside for this phone, so that a worker leaves with one although there is no signal. */
import type { LeasedCode } from "../storage/records";
import type { Storage } from "../storage/storage";
import { isRecord } from "./http";
import { Cell } from "./observable";

/** `me.payment_codes` of a pull; null where the branch leases none. */
export function readLeases(value: unknown): LeasedCode[] | null {
  if (!isRecord(value) || !Array.isArray(value.codes) || typeof value.until !== "string") return null;
  const until = Date.parse(value.until);
  if (Number.isNaN(until)) return null;
  return value.codes.filter((code) => typeof code === "string" && code !== "").map((code: string) => ({ code, until }));
}

export class Leases {
  readonly left = new Cell(0);

  constructor(
    private readonly storage: Storage,
    /** Best known time of the server, ms. */
    private readonly now: () => number,
  ) {}

  async load(): Promise<void> {
    this.left.set((await this.listGood()).length);
  }

  forget(): void {
    this.left.set(0);
  }

  /** The next one to give; the chain takes it off the list together with the op that names it. */
  async findNext(): Promise<string | null> {
    return (await this.listGood())[0]?.code ?? null;
  }

  /**
   * The server's list takes the place of the one here, but for what ops of this phone have used: also one that was taken while
   * this ran, by another tab.
   */
  async replace(codes: readonly LeasedCode[], agent: string): Promise<void> {
    const { session } = this.storage;
    const before = new Set((await this.storage.listLeases()).map((lease) => lease.code));
    const ops = await this.storage.listOps(agent);
    const firms = (await this.storage.find("learning"))?.employers?.made ?? [];
    const used = new Set([...ops.map((op) => op.enrol?.paymentCode ?? ""), ...firms.map((firm) => firm.code ?? "")]);
    this.storage.requireSession(session);
    await this.storage.changeLeases((leases) => {
      const here = new Set(leases.map((lease) => lease.code));
      const takenMeanwhile = (code: string): boolean => before.has(code) && !here.has(code);
      return codes.filter(({ code }) => !used.has(code) && !takenMeanwhile(code));
    });
    await this.load();
  }

  private async listGood(): Promise<LeasedCode[]> {
    const now = this.now();
    return (await this.storage.listLeases()).filter((lease) => lease.until > now);
  }
}
