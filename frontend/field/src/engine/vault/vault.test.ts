import { describe, expect, test } from "vitest";
import { PhoneStorage } from "../../storage/phone";
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
import { makeChannels } from "../testing/tabs";
import { enrol, makeActivePhone, makePhone, statuses } from "../testing/world";

const MINUTE = 60_000;

describe("choosing a PIN", () => {
  test("is asked for after activation, and again after a restart, until one is chosen", async () => {
    const phone = await makeActivePhone();
    expect(phases(phone)).toEqual(["choosing", "active"]);
    phone.engine.lock.lock();
    await settled(phone);
    expect(phases(phone)).toEqual(["choosing", "active"]);
    const again = await restart(phone);
    expect(phases(again)).toEqual(["choosing", "active"]);
    await expect(again.engine.lock.choose("123456")).rejects.toMatchObject({ code: "pin_weak" });
    await again.engine.lock.choose(PIN);
    expect(phases(again)).toEqual(["open", "active"]);
    await expect(again.engine.lock.choose(OTHER_PIN)).rejects.toMatchObject({ code: "too_old" });
  });

  test("changes it, and the old one no longer opens", async () => {
    const phone = await makeLockedUpPhone();
    await expect(phone.engine.lock.change(OTHER_PIN, "604827")).rejects.toMatchObject({ code: "pin_wrong" });
    await phone.engine.lock.change(PIN, OTHER_PIN);
    await lockNow(phone);
    await expect(unlock(phone, PIN)).rejects.toMatchObject({ code: "pin_wrong" });
    await unlock(phone, OTHER_PIN);
    expect(phases(phone)).toEqual(["open", "active"]);
  });
});

describe("a locked phone", () => {
  test("shows nothing of anybody, and gives nothing out", async () => {
    const phone = await makeLockedUpPhone();
    phone.around.online = () => false;
    const id = await enrol(phone, "Ani");
    await phone.engine.drafts.start({ name: "Setengah" });
    await lockNow(phone);
    const { engine } = phone;
    expect(phases(phone)).toEqual(["locked", "active"]);
    expect([engine.drafts.list.get(), engine.outbox.list.get(), engine.me.get()]).toEqual([[], [], null]);
    expect((await engine.members.search({})).total).toBe(0);
    expect(profileOf(phone)).toMatchObject({ label: "Rina", unsent: 1 });
    await expect(engine.drafts.start()).rejects.toBeTruthy();
    await expect(engine.drafts.startFrom(id)).rejects.toMatchObject({ code: "locked" });
    await expect(engine.photos.find("00")).rejects.toMatchObject({ code: "locked" });
    await unlock(phone);
    expect(engine.drafts.list.get().map((draft) => draft.fields.name)).toEqual(["Setengah"]);
    expect(await statuses(phone)).toEqual(["Ani unsent"]);
  });

  test("has kept what was typed a moment before", async () => {
    const phone = await makeLockedUpPhone();
    const draft = await phone.engine.drafts.start();
    phone.engine.drafts.save(draft.id, { fields: { name: "Ani" } });
    await lockNow(phone);
    await unlock(phone);
    expect((await phone.engine.drafts.open(draft.id)).fields).toEqual({ name: "Ani" });
  });

  test("asks for the PIN after a restart too", async () => {
    const phone = await makeLockedUpPhone();
    await lockNow(phone);
    const again = await restart(phone);
    expect(phases(again)).toEqual(["locked", "active"]);
    await unlock(again);
    expect(phases(again)).toEqual(["open", "active"]);
  });

  test("locking in one tab locks the other; opening one opens the other", async () => {
    const [a, b] = makeChannels(2);
    if (a === undefined || b === undefined) throw new Error("two tabs");
    const one = await makeLockedUpPhone({ channel: a });
    const other = await makePhone({ server: one.server, database: one.database, channel: b });
    expect(phases(other)).toEqual(["open", "active"]);
    await lockNow(one);
    await expect.poll(() => phases(other)).toEqual(["locked", "active"]);
    await unlock(other);
    await expect.poll(() => phases(one)).toEqual(["open", "active"]);
  });
});

describe("left alone", () => {
  test("locks after the chosen minutes, and a touch after that does not open it", async () => {
    const phone = await makeLockedUpPhone();
    await phone.engine.lock.setIdleMinutes(2);
    phone.server.now += MINUTE;
    phone.engine.lock.touched();
    phone.server.now += 2 * MINUTE;
    phone.engine.lock.touched();
    await settled(phone);
    expect(phases(phone)).toEqual(["locked", "active"]);
  });

  test("minutes stay between one and fifteen", async () => {
    const phone = await makeLockedUpPhone();
    await phone.engine.lock.setIdleMinutes(99);
    expect(phone.engine.lock.state.get().idleMinutes).toBe(15);
    await phone.engine.lock.setIdleMinutes(0);
    expect(phone.engine.lock.state.get().idleMinutes).toBe(1);
  });

  test("a page that the camera killed opens without PIN within that time, and not after it", async () => {
    const phone = await makeLockedUpPhone();
    phone.engine.lock.hold();
    phone.server.now += 4 * MINUTE;
    const soon = await restart(phone);
    expect(phases(soon)).toEqual(["open", "active"]);
    soon.server.now += 6 * MINUTE;
    expect(phases(await restart(soon))).toEqual(["locked", "active"]);
  });

  test("a clock set back does not open it again", async () => {
    const phone = await makeLockedUpPhone();
    phone.server.now -= 24 * 60 * MINUTE;
    expect(phases(await restart(phone))).toEqual(["locked", "active"]);
  });
});

describe("wrong PINs", () => {
  async function tryWrong(phone: Awaited<ReturnType<typeof makeLockedUpPhone>>, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1)
      await expect(unlock(phone, OTHER_PIN)).rejects.toMatchObject({ code: "pin_wrong" });
  }

  test("after three the right one has to wait, too", async () => {
    const phone = await makeLockedUpPhone();
    await lockNow(phone);
    await tryWrong(phone, 3);
    expect(profileOf(phone)).toMatchObject({ wrongTries: 3, waitUntil: phone.server.now + 30_000 });
    await expect(unlock(phone)).rejects.toMatchObject({ code: "pin_wrong" });
    phone.server.now += 30_000;
    await unlock(phone);
    expect(profileOf(phone)).toMatchObject({ wrongTries: 0, waitUntil: null });
  });

  test("the wait doubles, survives a reload, and a clock set forward does not shorten it", async () => {
    const phone = await makeLockedUpPhone();
    await lockNow(phone);
    await tryWrong(phone, 3);
    phone.server.now += 30_000;
    await tryWrong(phone, 1);
    expect(profileOf(phone).waitUntil).toBe(phone.server.now + 60_000);
    // Nothing is heard of the server: only this phone's clocks.
    const ahead = phone.server.now + 365 * 24 * 60 * MINUTE;
    const again = await restart(phone);
    again.around.now = () => ahead;
    const began = again.around.mono();
    await again.engine.lock.open(profileOf(again).id, PIN).catch(() => undefined);
    expect(phases(again)).toEqual(["locked", "active"]);
    expect(profileOf(again).waitUntil).toBeGreaterThan(ahead);
    again.around.mono = () => began + 61_000;
    await unlock(again);
    expect(phases(again)).toEqual(["open", "active"]);
  });

  test("a try counts although the page was killed while it was tried", async () => {
    const phone = await makeLockedUpPhone();
    await lockNow(phone);
    const { id } = profileOf(phone);
    const trying = unlock(phone, OTHER_PIN).catch(() => undefined);
    const stored = new PhoneStorage(phone.database);
    await expect.poll(async () => (await stored.findProfile(id))?.tries.wrong).toBe(1);
    const again = await restart(phone);
    expect(profileOf(again).wrongTries).toBe(1);
    await trying;
  });

  test("too many when changing it lock the phone", async () => {
    const phone = await makeLockedUpPhone();
    for (let n = 0; n < 3; n += 1)
      await expect(phone.engine.lock.change("604827", OTHER_PIN)).rejects.toMatchObject({ code: "pin_wrong" });
    await settled(phone);
    expect(phases(phone)).toEqual(["locked", "active"]);
  });
});
