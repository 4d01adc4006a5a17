import { describe, expect, test } from "vitest";
import { readCode } from "./activation";
import { makeBranch } from "./testing/branch";
import { json, problem } from "./testing/fake-server";
import { enrol, makeActivePhone, makePhone } from "./testing/world";

describe("readCode", () => {
  test.each([
    ["7K3QXM0A9T", "7K3QXM0A9T"],
    [" 7k3qx-m0a9t ", "7K3QXM0A9T"],
    ["7K3QX MOA9T", "7K3QXM0A9T"],
    ["https://x.test/app/#/activate/7K3QXM0A9T", "7K3QXM0A9T"],
    ["7K3QX-MLA9I", "7K3QXM1A91"],
    ["7K3QXM0A9", null],
    ["7K3QXM0A9U", null],
    ["https://x.test/other", null],
  ])("%s", (typed, code) => {
    expect(readCode(typed)).toBe(code);
  });
});

describe("activate", () => {
  test("makes a key that cannot be read, keeps who the agent is, and downloads the reference data", async () => {
    const phone = await makeActivePhone();
    expect(phone.engine.device.get()).toMatchObject({
      phase: "active",
      agent: { name: "Rina" },
      branch: { province: "15" },
    });
    expect((await phone.engine.reference.rules()).version).toBe("2026-01");
    expect((await phone.engine.reference.searchVillages("handil"))[0]?.label).toBe("Handil Jaya, Jelutung, Kota Jambi");
    phone.engine.close();
    const again = await makePhone({ server: phone.server, database: phone.database });
    expect(again.engine.device.get().phase).toBe("active");
  });

  test("a refused code leaves the phone as it was and says why", async () => {
    const { engine, server } = await makePhone();
    server.mishaps = [() => problem(422, "E2005")];
    await expect(engine.activation.activate("7K3QXM0A9T")).rejects.toMatchObject({
      code: "E2005",
      text: { id: "salah E2005" },
    });
    expect(engine.device.get().phase).toBe("new");
    await expect(engine.activation.activate("nonsense")).rejects.toMatchObject({ code: "invalid_code" });
  });
});

test("reference data are asked for again only when old or replaced, and unchanged ones cost a header", async () => {
  const phone = await makeActivePhone();
  const asked = (): number => phone.server.requests.filter((one) => one.includes("reference")).length;
  expect(asked()).toBe(2);
  await phone.engine.sync.now();
  expect(asked()).toBe(2);
  phone.server.now += 7 * 3_600_000;
  await phone.engine.sync.now();
  expect(asked()).toBe(4);
  phone.server.rulesVersion = "2027-01";
  await phone.engine.sync.now();
  expect(phone.engine.reference.state.get().rules).toBe("2027-01");
});

test("keeps the branch's key that comes along, so that the first op is sealed already", async () => {
  const phone = await makePhone();
  const { fetch } = phone.server;
  const { key } = await makeBranch("k9");
  phone.around.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).includes("activation")) return response;
    const answer = (await response.json()) as { branch: object };
    return json(200, { ...answer, branch: { ...answer.branch, seal_key: { id: "k9", public_key: key.publicKey } } });
  };
  await phone.engine.activation.activate("7K3QX-M0A9T");
  phone.around.online = () => false;
  await enrol(phone, "Ani");
  expect(await phone.engine.outbox.exportSealed()).toHaveLength(1);
});
