/** Ops about learning, and the way to the server for the courses' own code. No licence and no hold stands before them. */
import type { OpRecord, StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { withRefused } from "./cash";
import { Chain, type Draught } from "./chain";
import type { Changes } from "./changes";
import {
  type CashKept,
  type DuesKept,
  EngineError,
  type GroupsKept,
  type LearningDoor,
  type LearningKept,
  type OpView,
  type Place,
} from "./contract";
import { type Bytes, uuid7 } from "./encoding";
import { signBytes } from "./keys";
import type { Locks } from "./locks";
import { viewOp } from "./outbox";
import type { Rounds } from "./rounds";
import type { Surroundings } from "./surroundings";

/** Texts, pictures and videos of courses: nothing personal, and the same for all agents of a phone. */
export const COURSES = "perisai-courses";

const NO_CASH: CashKept = { state: null, fetchedAt: 0, made: [] };
const NO_DUES: DuesKept = { told: null, fetchedAt: 0, visits: [] };
const NO_GROUPS: GroupsKept = { told: null, fetchedAt: 0, made: [], answers: {} };
const EMPTY: LearningKept = { list: null, fetchedAt: 0, takings: [] };

/** The leased code that an op names, while its bytes are on the phone. */
function codeIn(op: OpRecord | null): string | null {
  if (!op?.line) return null;
  const { body } = JSON.parse(new TextDecoder().decode(op.line)) as { body: { payment_code?: string | null } };
  return body.payment_code ?? null;
}

export function makeLearning(
  storage: Storage,
  locks: Locks,
  { requests, time }: Rounds,
  changes: Changes,
  around: Surroundings,
  thenSync: (op: Promise<OpView>) => Promise<OpView>,
): LearningDoor {
  const chain = new Chain(storage, locks);
  const getIdentity = async (): Promise<StateValues["identity"]> => {
    const identity = await storage.find("identity");
    if (identity === null) throw new EngineError("not_activated");
    if (identity.revoked) throw new EngineError("revoked");
    return identity;
  };
  const append = async (
    kind: Parameters<LearningDoor["append"]>[0],
    body: object,
    place: Place | null,
    name: string,
    id?: string,
    withCode?: () => Promise<{ body: object; code: string | null }>,
  ): Promise<OpView> => {
    const before = id === undefined ? null : await storage.findOp(id);
    if (before !== null) return viewOp(before);
    const identity = await getIdentity();
    const at = time.read();
    if (at === null) throw new EngineError("not_activated");
    const rules = (await storage.phone.findReference("rules"))?.version ?? "";
    const { device } = identity;
    const content = { id: id ?? uuid7(around.now()), device, kind, app: around.version, rules, at, place, body };
    const notes = { agent: identity.agent.id, madeAt: at.clock, enrol: null, cancel: null, learning: name };
    // Asked again where another writer was quicker: the code that it named may be gone.
    const draught = async (): Promise<Draught> => {
      if (withCode === undefined) return { content, notes, code: null };
      const made = await withCode();
      return { content: { ...content, body: made.body }, notes, code: made.code };
    };
    const op = await chain.append(draught, null);
    changes.tell("outbox");
    return viewOp(op);
  };
  return {
    find: () => storage.find("learning"),
    change: (how) =>
      locks.run("learning", async () => {
        const changed = how((await storage.find("learning")) ?? EMPTY);
        await storage.put("learning", changed);
        return changed;
      }),
    ask: async (path) => (await requests.ask((await getIdentity()).device, { method: "GET", path })).json,
    askBytes: async (path) => {
      const { bytes } = await requests.ask((await getIdentity()).device, { method: "GET", path, binary: true });
      if (bytes === undefined) throw new EngineError("bad_answer");
      return bytes;
    },
    append: (kind, body, place, name, id) => thenSync(append(kind, body, place, name, id)),
    appendWithCode: async (kind, bodyOf, place, name, id) => {
      let given = codeIn(id === undefined ? null : await storage.findOp(id));
      const op = await thenSync(
        append(kind, {}, place, name, id, async () => {
          const now = around.now();
          given = (await storage.listLeases()).find((lease) => lease.until > now)?.code ?? null;
          return { body: bodyOf(given), code: given };
        }),
      );
      return { op, code: given };
    },
    sign: async (message: Bytes) => {
      const key = await storage.findKey((await getIdentity()).device);
      if (key === null) throw new EngineError("not_activated");
      return signBytes(key.privateKey, message);
    },
    findCash: async () => {
      const kept = await storage.find("cash");
      return kept && withRefused(kept, await storage.listOpen());
    },
    changeCash: (how) =>
      locks.run("learning", async () => {
        const changed = how((await storage.find("cash")) ?? NO_CASH);
        await storage.put("cash", changed);
        return changed;
      }),
    findDues: () => storage.find("dues"),
    changeDues: (how) =>
      locks.run("learning", async () => {
        const changed = how((await storage.find("dues")) ?? NO_DUES);
        await storage.put("dues", changed);
        return changed;
      }),
    findGroups: () => storage.find("groups"),
    changeGroups: (how) =>
      locks.run("learning", async () => {
        const changed = how((await storage.find("groups")) ?? NO_GROUPS);
        await storage.put("groups", changed);
        return changed;
      }),
    findIdentity: async () => {
      const identity = await storage.find("identity");
      if (identity === null) return null;
      return { device: identity.device, branch: identity.branch.id, agentCode: identity.agent.code };
    },
    findOp: async (id) => {
      const op = await storage.findOp(id);
      return op === null ? null : viewOp(op);
    },
  };
}
