import { describe, expect, test } from "vitest";
import {
  lockNow,
  makeLockedUpPhone,
  OTHER_PIN,
  PIN,
  phases,
  profileOf,
  restart,
  settled,
  unlock,
} from "../testing/lock";
import { enrol, type Phone, statuses } from "../testing/world";

const CODE = "7K3QXM0A9T";
const SECOND = { id: "0199-other", code: "P-1501-0002", name: "Budi", office: "Kantor Uji", sub_branch: "KCP Uji" };

async function addSecond(phone: Phone): Promise<void> {
  await phone.engine.lock.addProfile();
  expect(phases(phone)).toEqual(["none", "new"]);
  phone.server.agent = SECOND;
  await phone.engine.activation.activate(CODE);
  await phone.engine.lock.choose(OTHER_PIN);
}

function labels({ engine }: Phone): string[] {
  return engine.lock.state
    .get()
    .profiles.map((one) => `${one.label} ${one.unsent}${one.retired ? " old" : ""}`)
    .sort();
}

async function enrolOffline(phone: Phone, name: string): Promise<void> {
  const { online } = phone.around;
  phone.around.online = () => false;
  await enrol(phone, name);
  phone.around.online = online;
}

describe("two agents on one phone", () => {
  test("see nothing of each other, and each opens their own with their own PIN", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    const first = profileOf(phone).id;
    await addSecond(phone);
    expect(phone.engine.device.get().agent?.name).toBe("Budi");
    expect(await statuses(phone)).toEqual([]);
    await enrolOffline(phone, "Citra");
    expect(labels(phone)).toEqual(["Budi 0", "Rina 1"]);
    await lockNow(phone);
    expect(labels(phone)).toEqual(["Budi 1", "Rina 1"]);
    await expect(phone.engine.lock.open(first, OTHER_PIN)).rejects.toMatchObject({ code: "pin_wrong" });
    await phone.engine.lock.open(first, PIN);
    expect(phone.engine.device.get().agent?.name).toBe("Rina");
    expect(await statuses(phone)).toEqual(["Ani unsent"]);
  });

  test("the one who worked last is asked for the PIN after a restart", async () => {
    const phone = await makeLockedUpPhone();
    await addSecond(phone);
    await lockNow(phone);
    expect(profileOf(await restart(phone)).label).toBe("Budi");
  });

  test("another agent's code on an open phone makes a profile of their own", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    phone.around.online = () => true;
    phone.server.agent = SECOND;
    await phone.engine.activation.activate(CODE);
    expect(phases(phone)).toEqual(["choosing", "active"]);
    expect(labels(phone).map((label) => label.split(" ")[0])).toEqual(["Budi", "Rina"]);
    expect(await statuses(phone)).toEqual([]);
  });

  test("adding one can be given up", async () => {
    const phone = await makeLockedUpPhone();
    await phone.engine.lock.addProfile();
    await lockNow(phone);
    expect(phases(phone)[0]).toBe("locked");
    expect(labels(phone)).toEqual(["Rina 0"]);
  });

  test("one is removed only when nothing of theirs would be lost, or it was said that it may", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    const { id } = profileOf(phone);
    await expect(phone.engine.lock.removeProfile(id, false)).rejects.toMatchObject({ code: "unsent_left" });
    expect(await statuses(phone)).toEqual(["Ani unsent"]);
    await phone.engine.lock.removeProfile(id, true);
    expect(phases(phone)).toEqual(["none", "new"]);
    const names = (await indexedDB.databases()).map((one) => one.name ?? "");
    expect(names.filter((name) => name.includes(id))).toEqual([]);
  });
});

describe("a forgotten PIN", () => {
  test("is replaced by a new profile; the old one goes by itself when nothing of it is unsent", async () => {
    const phone = await makeLockedUpPhone();
    await enrol(phone, "Ani");
    await phone.engine.sync.now();
    const former = [...phone.server.devices.keys()][0] ?? "";
    await lockNow(phone);
    const old = profileOf(phone).id;
    await phone.engine.lock.addProfile(old);
    let previous: unknown = null;
    const { fetch } = phone.server;
    phone.around.fetch = (input, init) => {
      if (String(input).endsWith("activation"))
        previous = (JSON.parse(new TextDecoder().decode(init?.body as Uint8Array)) as { previous: unknown }).previous;
      return fetch(input, init);
    };
    await phone.engine.activation.activate(CODE);
    expect(previous).toMatchObject({ device: former, seq: 1 });
    await phone.engine.lock.choose(OTHER_PIN);
    await phone.engine.sync.now();
    await settled(phone);
    expect(labels(phone)).toEqual(["Rina 0"]);
    expect(profileOf(phone).id).not.toBe(old);
  });

  test("what could not be sealed stays until the old PIN is remembered", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    await lockNow(phone);
    const old = profileOf(phone).id;
    await phone.engine.lock.addProfile(old);
    await phone.engine.activation.activate(CODE);
    await phone.engine.lock.choose(OTHER_PIN);
    await phone.engine.sync.now();
    expect(labels(phone)).toEqual(["Rina 0", "Rina 1 old"]);
    await lockNow(phone);
    await phone.engine.lock.open(old, PIN);
    await phone.engine.sync.now();
    expect(phone.server.stored().map((op) => op.body.name)).toEqual(["Ani"]);
  });
});

describe("a phone that the branch switched off", () => {
  test("is emptied once nothing of it is waited for, and says so until the agent has read it", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    phone.server.revoked = true;
    await phone.engine.sync.now();
    expect(phone.server.stored()).toHaveLength(1);
    expect(phases(phone)).toEqual(["open", "revoked"]);
    phone.server.wipe = true;
    await phone.engine.sync.now();
    await settled(phone);
    expect(phases(phone)).toEqual(["none", "wiped"]);
    const again = await restart(phone);
    expect(phases(again)).toEqual(["none", "wiped"]);
    await again.engine.lock.addProfile();
    expect(phases(again)).toEqual(["none", "new"]);
    const names = (await indexedDB.databases()).map((one) => one.name ?? "");
    expect(names.filter((name) => name.startsWith(`${phone.database}-field-`))).toEqual([]);
  });

  test("is emptied also while it lies locked in somebody else's hands", async () => {
    const phone = await makeLockedUpPhone();
    await lockNow(phone);
    const again = await restart(phone);
    again.server.revoked = true;
    again.server.wipe = true;
    await again.engine.sync.now();
    await settled(again);
    expect(phases(again)).toEqual(["none", "wiped"]);
  });

  test("keeps what it could not send", async () => {
    const phone = await makeLockedUpPhone();
    await enrolOffline(phone, "Ani");
    phone.server.revoked = true;
    phone.server.wipe = true;
    const { fetch } = phone.server;
    phone.around.fetch = (input, init) =>
      String(input).includes("push") ? Promise.reject(new TypeError("network")) : fetch(input, init);
    await phone.engine.sync.now();
    await settled(phone);
    expect(await statuses(phone)).toEqual(["Ani unsent"]);
  });

  test("the other agent's profile stays", async () => {
    const phone = await makeLockedUpPhone();
    const [rina] = [...phone.server.devices.keys()];
    await addSecond(phone);
    phone.server.revokedDevice = rina ?? null;
    phone.server.wipe = true;
    await phone.engine.sync.now();
    await settled(phone);
    expect(labels(phone)).toEqual(["Budi 0"]);
    expect(phases(phone)).toEqual(["open", "active"]);
    await lockNow(phone);
    expect(phone.engine.device.get().phase).toBe("wiped");
    await lockNow(phone);
    await unlock(phone, OTHER_PIN).catch(() => undefined);
    expect(phases(phone)).toEqual(["open", "active"]);
  });
});

test("an answer that comes when another agent's profile is open reaches neither", async () => {
  const phone = await makeLockedUpPhone();
  const first = profileOf(phone).id;
  await addSecond(phone);
  await lockNow(phone);
  await phone.engine.lock.open(first, PIN);
  phone.server.pages = [{ members: [{ id: "m1", name: "Milik Rina", state: "active" }] }];
  const { fetch } = phone.server;
  let answer: () => void = () => undefined;
  phone.around.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (String(input).includes("pull")) await new Promise<void>((resolve) => (answer = resolve));
    return response;
  };
  const round = phone.engine.sync.now();
  await settled(phone);
  await lockNow(phone);
  const second = phone.engine.lock.state.get().profiles.find((one) => one.label === "Budi")?.id ?? "";
  await phone.engine.lock.open(second, OTHER_PIN);
  phone.around.fetch = fetch;
  answer();
  await round;
  expect(phone.engine.device.get().agent?.name).toBe("Budi");
  expect(await statuses(phone)).toEqual([]);
});

test("a locked phone whose line drops asks again at the next round whether it is still wanted", async () => {
  const phone = await makeLockedUpPhone();
  await lockNow(phone);
  const again = await restart(phone);
  const { fetch } = phone.server;
  again.around.fetch = () => Promise.reject(new TypeError("network"));
  await again.engine.sync.now();
  again.around.fetch = fetch;
  again.server.revoked = true;
  again.server.wipe = true;
  await again.engine.sync.now();
  await settled(again);
  expect(phases(again)).toEqual(["none", "wiped"]);
});
