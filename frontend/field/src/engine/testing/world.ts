/** A phone for unit tests: the whole engine over an empty in-memory database, with clocks that the test moves. */
import type { DraftFields, EnrolForm } from "../contract";
import { FieldEngine } from "../engine";
import type { ChannelLike, LockLike, Surroundings } from "../surroundings";
import { FakeServer } from "./fake-server";

export interface Phone {
  readonly engine: FieldEngine;
  readonly server: FakeServer;
  readonly around: { -readonly [K in keyof Surroundings]: Surroundings[K] };
  readonly database: string;
}

let count = 0;

export interface PhoneOptions {
  readonly server?: FakeServer;
  readonly database?: string;
  readonly locks?: LockLike;
  readonly channel?: ChannelLike;
}

/** An engine that is started; not activated unless its database already is. */
export async function makePhone(options: PhoneOptions = {}): Promise<Phone> {
  count += 1;
  const server = options.server ?? new FakeServer();
  const database = options.database ?? `test-${count}`;
  const around: Phone["around"] = {
    fetch: server.fetch,
    now: () => server.now,
    mono: () => server.now - Date.UTC(2026, 10, 22),
    session: `session-${count}`,
    random: () => 0.5,
    online: () => true,
    locks: options.locks ?? null,
    channel: options.channel ?? null,
    room: {
      persisted: () => Promise.resolve(null),
      persist: () => Promise.resolve(null),
      estimate: () => Promise.resolve(null),
    },
    base: "",
    version: "1.0.0",
    agentName: "Test",
  };
  const compress = async (picture: Blob): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await picture.arrayBuffer());
  const engine = new FieldEngine({ around, database, compress, workerScript: null, inBrowser: false });
  await engine.start();
  return { engine, server, around, database };
}

/** Activated, first round done; only the test starts further rounds. */
export async function makeActivePhone(options: PhoneOptions = {}): Promise<Phone> {
  const phone = await makePhone(options);
  await phone.engine.activation.activate("7K3QX-M0A9T");
  await phone.engine.sync.now();
  return phone;
}

export function makeForm(name: string, changes: Partial<EnrolForm> = {}): EnrolForm {
  return {
    nik: "1571084107909001",
    kk: null,
    name,
    birth_place: "Jambi",
    birth_date: "1990-07-01",
    birth_known: "day",
    sex: "F",
    phone: "+6281200000001",
    phone_owner: "own",
    phone_whose: null,
    email: null,
    address: "Jl. Uji 1",
    region: "15.71.08.1001",
    jobs: [{ code: "trade.market" }],
    income: 1_500_000,
    transport: false,
    employs_others: false,
    programmes: ["JKK", "JKM"],
    months: 1,
    heirs: [],
    consents: [{ purpose: "enrolment", version: "2026-01", sha256: "00", given: true }],
    id_card_by: null,
    signature: { kind: "typed", name },
    price_shown: { first_month: "2026-11", total: 8400, monthly: [8400] },
    warnings: [],
    ...changes,
  };
}

/** Starts a draft and completes it; returns the op's id. */
export async function enrol({ engine }: Phone, name: string, picture?: Uint8Array<ArrayBuffer>): Promise<string> {
  const fields: DraftFields = { name };
  const draft = await engine.drafts.start(fields);
  if (picture !== undefined) await engine.photos.attach(draft.id, new Blob([picture]));
  const op = await engine.enrolments.complete({
    draftId: draft.id,
    form: makeForm(name),
    rules: "2026-01",
    place: null,
  });
  return op.id;
}

export async function statuses({ engine }: Phone): Promise<string[]> {
  const { members } = await engine.members.search({});
  return members.map((member) => `${member.name} ${member.state}`).sort();
}
