/** Completed forms become ops; ops of unpaid enrolments are taken back by another op. */
import type { EnrolSummary, StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { Chain } from "./chain";
import type { Changes } from "./changes";
import { type CancelReason, EngineError, type EnrolBody, type EnrolForm, type OpView, type Place } from "./contract";
import type { Drafts } from "./drafts";
import { clean, uuid7 } from "./encoding";
import type { Members } from "./members";
import { viewOp } from "./outbox";
import type { Surroundings } from "./surroundings";
import type { Reading, Time } from "./time";

export interface Completion {
  readonly draftId: string;
  readonly form: EnrolForm;
  readonly rules: string;
  readonly place: Place | null;
}

export function maskNik(nik: string): string {
  return nik.length < 7 ? nik : `${nik.slice(0, 4)}${"*".repeat(nik.length - 6)}${nik.slice(-2)}`;
}

/** The calendar day at the branch, `YYYY-MM-DD`. */
export function dayAt(timezone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const of = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day}`;
}

function pickForm(form: EnrolForm): EnrolForm {
  const { nik, kk, name, birth_place, birth_date, sex, phone, phone_owner, email, address, region } = form;
  const { jobs, income, transport, employs_others, programmes, months } = form;
  const { heirs, consents, signature, price_shown, warnings } = form;
  const identity = { nik, kk, name, birth_place, birth_date, sex, phone, phone_owner, email, address, region };
  const work = { jobs, income, transport, employs_others, programmes, months };
  return { ...identity, ...work, heirs, consents, signature, price_shown, warnings };
}

function summarise(body: EnrolBody, capturedOn: string): EnrolSummary {
  return {
    name: body.name,
    nik: maskNik(body.nik),
    region: body.region,
    phone: body.phone,
    programmes: [...body.programmes],
    months: body.months,
    capturedOn,
    amount: body.price_shown.total,
    photo: body.id_card?.sha256 ?? null,
  };
}

export class Enrolments {
  constructor(
    private readonly storage: Storage,
    private readonly chain: Chain,
    private readonly drafts: Drafts,
    private readonly members: Members,
    private readonly time: Time,
    private readonly changes: Changes,
    private readonly around: Surroundings,
  ) {}

  async complete({ draftId, form, rules, place }: Completion): Promise<OpView> {
    const identity = await this.getIdentity();
    const draft = await this.drafts.open(draftId);
    // Named one by one: nothing that a screen keeps beside the form can slip into an op.
    const body: EnrolBody = clean({ ...pickForm(form), id_card: draft.photo });
    const at = this.readTime();
    const enrol = summarise(body, dayAt(identity.branch.timezone, this.time.serverNow()));
    const notes = { agent: identity.agent.id, madeAt: at.clock, enrol, cancel: null };
    const content = {
      id: draftId,
      device: identity.device,
      kind: "enrol",
      app: this.around.version,
      rules,
      at,
      place,
      body,
    } as const;
    const op = await this.chain.append(content, notes, draftId);
    this.changes.tell("drafts", "outbox", "members");
    return viewOp(op);
  }

  async cancel(key: string, reason: CancelReason): Promise<OpView> {
    const identity = await this.getIdentity();
    const member = await this.members.find(key);
    if (member === null || !member.canCancel || member.op === null) throw new EngineError("not_cancellable");
    const at = this.readTime();
    const enrolled = await this.storage.findOp(member.op);
    const rules = (await this.storage.phone.findReference("rules"))?.version ?? "";
    const content = {
      id: uuid7(this.around.now()),
      device: identity.device,
      kind: "cancel",
      app: this.around.version,
      rules,
      at,
      place: null,
      body: { enrolment_op: member.op, reason },
    } as const;
    const cancel = { enrolmentOp: enrolled?.id ?? member.op, reason };
    const op = await this.chain.append(
      content,
      { agent: identity.agent.id, madeAt: at.clock, enrol: null, cancel },
      null,
    );
    this.changes.tell("outbox", "members");
    return viewOp(op);
  }

  private async getIdentity(): Promise<StateValues["identity"]> {
    const identity = await this.storage.find("identity");
    if (identity === null) throw new EngineError("not_activated");
    if (identity.revoked) throw new EngineError("revoked");
    return identity;
  }

  private readTime(): Reading {
    const at = this.time.read();
    if (at === null) throw new EngineError("not_activated");
    return at;
  }
}
