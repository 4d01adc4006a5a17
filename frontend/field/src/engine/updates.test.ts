import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Locks } from "./locks";
import { BACKGROUND_TAG, INBOX_TAG } from "./tags";
import { FakeContainer, FakeRegistration, page } from "./testing/workers";
import { Updates } from "./updates";

let container: FakeContainer;
let registration: FakeRegistration;
let around: ReturnType<typeof page>;

beforeEach(() => {
  vi.useFakeTimers();
  container = new FakeContainer();
  registration = new FakeRegistration();
  container.answers = [registration];
  around = page(container);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settled = () => vi.advanceTimersByTimeAsync(0);

/** A page that the first version has taken over. */
async function running(locks = new Locks(null)): Promise<Updates> {
  registration.find();
  registration.installed();
  const updates = new Updates(locks, "/app/sw.js");
  await updates.begin(() => undefined);
  await settled();
  return updates;
}

/** The next version has been fetched, and waits. */
async function nextWaits() {
  registration.find();
  const worker = registration.installed();
  await settled();
  return worker;
}

describe("a new version", () => {
  test("is asked to start at once where no form is open, and the page is loaded again when it has", async () => {
    const updates = await running();
    const worker = await nextWaits();
    expect(updates.state.get().ready).toBe(true);
    expect(worker.heard).toEqual(["SKIP_WAITING"]);
    expect(around.reload).not.toHaveBeenCalled();
    worker.become("activated");
    expect(around.reload).toHaveBeenCalledOnce();
  });

  test("waits until the last form is closed", async () => {
    const updates = await running();
    const [one, other] = [updates.holdForForm(), updates.holdForForm()];
    await settled();
    const worker = await nextWaits();
    updates.apply();
    one();
    one();
    await settled();
    expect(worker.heard).toEqual([]);
    other();
    await settled();
    expect(worker.heard).toEqual(["SKIP_WAITING"]);
  });

  test("waits for a form in another tab, and starts when this one is looked at again", async () => {
    let isHeldElsewhere = true;
    const web = {
      request: async (_name: string, first: unknown, second?: (lock: object | null) => Promise<unknown>) =>
        second ? await second(isHeldElsewhere ? null : {}) : await (first as () => Promise<unknown>)(),
    };
    await running(new Locks(web as ConstructorParameters<typeof Locks>[0]));
    const worker = await nextWaits();
    expect(worker.heard).toEqual([]);
    isHeldElsewhere = false;
    around.document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(worker.heard).toEqual(["SKIP_WAITING"]);
  });

  test("that starts while a form was just opened loads the page again when the form is closed", async () => {
    const updates = await running();
    const worker = await nextWaits();
    const close = updates.holdForForm();
    worker.become("activated");
    expect(around.reload).not.toHaveBeenCalled();
    close();
    expect(around.reload).toHaveBeenCalledOnce();
  });

  test("is looked for every hour", async () => {
    await running();
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(registration.update).toHaveBeenCalledTimes(2);
  });
});

describe("the first worker", () => {
  test("is no update", async () => {
    const updates = new Updates(new Locks(null), "/app/sw.js");
    registration.find();
    await updates.begin(() => undefined);
    registration.installed();
    await settled();
    expect(updates.state.get().ready).toBe(false);
    expect(container.asked).toBe(1);
  });

  test("is asked for again where the line was cut, at once when there is one", async () => {
    container.answers = [new TypeError("cut"), registration];
    registration.find();
    await new Updates(new Locks(null), "/app/sw.js").begin(() => undefined);
    await settled();
    expect(container.asked).toBe(1);
    around.window.dispatchEvent(new Event("online"));
    await settled();
    expect(container.asked).toBe(2);
  });

  test("is asked for again where it could not fetch all of the app, after a while that grows", async () => {
    let worker = registration.find();
    await new Updates(new Locks(null), "/app/sw.js").begin(() => undefined);
    await settled();
    for (const [asked, waits] of [
      [1, 3_000],
      [2, 6_000],
    ] as const) {
      worker.become("redundant");
      await vi.advanceTimersByTimeAsync(waits - 1);
      expect(container.asked).toBe(asked);
      registration = new FakeRegistration();
      worker = registration.find();
      container.answers = [registration];
      await vi.advanceTimersByTimeAsync(1);
      expect(container.asked).toBe(asked + 1);
    }
    registration.installed();
    await vi.advanceTimersByTimeAsync(3_600_000 - 10_000);
    expect(container.asked).toBe(3);
  });
});

test("a worker's messages reach who they are for", async () => {
  const [synced, shared] = [vi.fn(), vi.fn()];
  await new Updates(new Locks(null), "/app/sw.js").begin(synced, shared);
  for (const data of [BACKGROUND_TAG, INBOX_TAG, "other"])
    container.dispatchEvent(new MessageEvent("message", { data }));
  expect([synced.mock.calls.length, shared.mock.calls.length]).toEqual([1, 1]);
});

test("installing is offered while the browser offers it, and asked once", async () => {
  const updates = await running();
  const prompt = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
    prompt: vi.fn(async () => undefined),
    userChoice: Promise.resolve({ outcome: "accepted" as const }),
  });
  expect(await updates.promptInstall()).toBe(false);
  around.window.dispatchEvent(prompt);
  expect(prompt.defaultPrevented).toBe(true);
  expect(updates.state.get().installable).toBe(true);
  expect(await updates.promptInstall()).toBe(true);
  expect(updates.state.get().installable).toBe(false);
  expect(await updates.promptInstall()).toBe(false);
});

test("without service workers the app goes on", async () => {
  vi.stubGlobal("navigator", {});
  const updates = new Updates(new Locks(null), "/app/sw.js");
  await updates.begin(() => undefined);
  expect(updates.state.get()).toEqual({ ready: false, offlineReady: false, installable: false });
});
