/** A visit is made into ops once each, whatever happens in the middle. */
import { readFileSync } from "node:fs";
import { beforeEach, expect, it, vi } from "vitest";
import { EngineError, type LearningDoor } from "../../engine/contract";
import { makeActivePhone, type Phone } from "../../engine/testing/world";
import { readRules } from "../../rules/document";
import { EMPTY_FIRM, type Hand, newHand, type Visit } from "./hand";
import { complete, findEmployers, findVisit, keepVisit } from "./visit";

const held = vi.hoisted(() => ({ phone: null as unknown }));
vi.mock("../../engine", () => {
  const nowhere = () => Promise.resolve(null);
  const get = (_: object, name: string) =>
    name === "locate" ? nowhere : (held.phone as { engine: Record<string, unknown> }).engine[name];
  return { engine: new Proxy({}, { get }) };
});

const rules = readRules(
  JSON.parse(readFileSync(new URL("../../../../../tests/golden/rules.json", import.meta.url), "utf8")),
);
const TODAY = "2026-11-23";
const CODES = ["150100000017", "150100000025"];

function worker(name: string): Hand {
  const made = newHand(EMPTY_FIRM);
  return { ...made, form: { ...made.form, name, birth: { day: "5", month: "5", year: "1995" } }, amounts: ["2000000"] };
}

const visit = (): Visit => ({
  firm: { ...EMPTY_FIRM, name: "Warung", owner: "Siti", scale: "micro", risk: "low", sector: "food" },
  hands: ["Ani", "Budi", "Citra"].map(worker),
  op: null,
});

const finish = (it: Visit) => complete(it, rules, TODAY, "id", null);

async function names(phone: Phone): Promise<unknown[]> {
  phone.around.online = () => true;
  await phone.engine.sync.now();
  return phone.server.stored().map((op) => op.body.name);
}

let phone: Phone;
beforeEach(async () => {
  phone = await makeActivePhone();
  held.phone = phone;
  const me = { agent: {}, branch: {}, payment_codes: { codes: CODES, until: "2026-12-31T00:00:00Z" } };
  phone.server.pages = [{ me }];
  await phone.engine.sync.now();
  phone.around.online = () => false;
});

/** The nth call of one of the engine's acts fails, the others are real. */
function failing(name: "append" | "change", nth: number): void {
  const { learning } = phone.engine;
  const real = learning[name].bind(learning) as (...given: unknown[]) => Promise<never>;
  let calls = 0;
  vi.spyOn(learning, name as keyof LearningDoor).mockImplementation((...given: unknown[]) => {
    calls += 1;
    return calls === nth ? Promise.reject(new EngineError("storage_full")) : real(...given);
  });
}

it("goes on after the last op when the phone is full in the middle and the agent presses again", async () => {
  const it = visit();
  await keepVisit(it);
  failing("append", 2);
  await expect(finish(it)).rejects.toMatchObject({ code: "storage_full" });
  expect((await findVisit()).hands.map((hand) => hand.op !== null)).toEqual([true, false, false]);
  const op = await finish(it);
  const { made, visit: left } = await findEmployers();
  expect(left).toBeNull();
  expect(made.map((one) => [one.op, one.code, one.workers.map(({ name }) => name)])).toEqual([
    [op, CODES[0], ["Ani", "Budi", "Citra"]],
  ]);
  expect(await names(phone)).toEqual(["Warung", "Ani", "Budi", "Citra"]);
});

it.each([2, 3])("makes no op twice when the page dies before step %i is noted", async (step) => {
  const it = visit();
  await keepVisit(it);
  failing("change", step);
  await expect(finish(it)).rejects.toMatchObject({ code: "storage_full" });
  vi.restoreAllMocks();
  const again = await findVisit();
  expect([again.op !== null, ...again.hands.map((hand) => hand.op !== null)]).toEqual([true, step > 2, false, false]);
  await finish(again);
  const [made] = (await findEmployers()).made;
  expect([made?.code, made?.workers.length]).toEqual([CODES[0], 3]);
  expect(await names(phone)).toEqual(["Warung", "Ani", "Budi", "Citra"]);
});

it("keeps a worker who is typed and not saved", async () => {
  const open = worker("Dedi");
  await keepVisit({ ...visit(), open });
  expect((await findVisit()).open?.form.name).toBe("Dedi");
});
