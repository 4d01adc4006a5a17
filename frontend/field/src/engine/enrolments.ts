/** Completed forms become ops; ops of unpaid enrolments are taken back by another op. */
import type { EnrolSummary, StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { Chain, Draught } from "./chain";
import type { Changes } from "./changes";
import {
  type CancelReason,
  type Draft,
  EngineError,
  type EnrolBody,
  type EnrolForm,
  type OpView,
  type Place,
} from "./contract";
import type { Drafts } from "./drafts";
import { clean, uuid7 } from "./encoding";
import type { Leases } from "./leases";
import type { Members } from "./members";
import { viewOp } from "./outbox";
import { sealPhotoSoon } from "./sealing";
import { pickShared } from "./series";
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
  const { nik, kk, name, birth_place, birth_date, birth_known, sex, email, address, region } = form;
  const { phone, phone_owner, phone_whose } = form;
  const { jobs, income, transport, employs_others, programmes, months } = form;
  const { heirs, consents, signature, id_card_by, price_shown, warnings } = form;
  const identity = { nik, kk, name, birth_place, birth_date, birth_known, sex, address, region };
  const contact = { phone, phone_owner, phone_whose, email };
  const work = { jobs, income, transport, employs_others, programmes, months };
  return { ...identity, ...contact, ...work, heirs, consents, signature, id_card_by, price_shown, warnings };
}

function inGroup({ group }: Draft): { group?: string } {
  return group ? { group } : {};
}

function summarise(body: EnrolBody, capturedOn: string, seriesPlace: number): EnrolSummary {
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
    photoBy: body.id_card_by,
    paymentCode: body.payment_code,
    series: body.series,
    seriesPlace,
    ...(body.group === undefined ? {} : { group: body.group }),
    shared: pickShared(body),
  };
}

export class Enrolments {
  constructor(
    private readonly storage: Storage,
    private readonly chain: Chain,
    private readonly drafts: Drafts,
    private readonly members: Members,
    private readonly leases: Leases,
    private readonly time: Time,
    private readonly changes: Changes,
    private readonly around: Surroundings,
  ) {}

  /**
   * The next leased code goes into the op and off the list in one act. A second call for the same draft (a double tap, a page
   * that died before it was told) resolves with the op that there is.
   */
  async complete(completion: Completion): Promise<OpView> {
    const before = await this.storage.findOp(completion.draftId);
    if (before !== null) return viewOp(before);
    const identity = await this.getIdentity();
    const draft = await this.drafts.open(completion.draftId);
    const at = this.readTime();
    const op = await this.chain.append(() => this.draught(completion, identity, draft, at), draft.id);
    const photo = op.enrol?.photo ?? null;
    if (photo !== null) await sealPhotoSoon(this.storage, this.around.room, photo);
    await this.leases.load();
    this.changes.tell("drafts", "outbox", "members");
    return viewOp(op);
  }

  private async draught(
    { form, rules, place }: Completion,
    identity: StateValues["identity"],
    draft: Draft,
    at: Reading,
  ): Promise<Draught> {
    const kept = await this.drafts.findCode(draft.id);
    const code = kept ?? (await this.leases.findNext());
    const { photo, series } = draft;
    // Named one by one: nothing that a screen keeps beside the form can slip into an op. A picture that is there is not due.
    const id_card_by = photo === null ? form.id_card_by : null;
    const body: EnrolBody = clean({
      ...pickForm(form),
      id_card: photo,
      id_card_by,
      payment_code: code,
      series,
      ...inGroup(draft),
    });
    const enrol = summarise(body, dayAt(identity.branch.timezone, this.time.serverNow()), draft.seriesPlace);
    const { device } = identity;
    const app = this.around.version;
    return {
      content: { id: draft.id, device, kind: "enrol", app, rules, at, place, body },
      notes: { agent: identity.agent.id, madeAt: at.clock, enrol, cancel: null },
      // One that is kept is off the list already.
      code: kept === null ? code : null,
    };
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
    const notes = { agent: identity.agent.id, madeAt: at.clock, enrol: null, cancel };
    const op = await this.chain.append(() => Promise.resolve({ content, notes, code: null }), null);
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
