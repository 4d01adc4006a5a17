import { describe, expect, test } from "vitest";
import { enrol, makeActivePhone } from "./testing/world";
import { VillageIndex } from "./villages";

function member(id: string, name: string, more: object = {}): object {
  return {
    id,
    name,
    nik: "1571**********01",
    state: "active",
    captured_on: "2026-11-01",
    phone: "+6281234567890",
    ...more,
  };
}

describe("search", () => {
  test("finds by any words of the name, by last digits, and filters by state", async () => {
    const phone = await makeActivePhone();
    phone.server.pages = [
      {
        members: [
          member("1", "Siti Nur Aisyah"),
          member("2", "Budi Santoso", { state: "lapsed", kpj: "26000000123", phone: null, nik: "1571**********77" }),
          member("3", "Muh. Nur", { payment_code: "8801500000000456", phone: null }),
        ],
      },
    ];
    await phone.engine.sync.now();
    const names = async (query: object): Promise<string[]> =>
      (await phone.engine.members.search(query)).members.map((one) => one.name).sort();
    expect(await names({ text: "nur" })).toEqual(["Muh. Nur", "Siti Nur Aisyah"]);
    expect(await names({ text: "aisy SITI" })).toEqual(["Siti Nur Aisyah"]);
    expect(await names({ text: "77" })).toEqual(["Budi Santoso"]);
    expect(await names({ text: "0123" })).toEqual(["Budi Santoso"]);
    expect(await names({ text: "0456" })).toEqual(["Muh. Nur"]);
    expect(await names({ text: "0812 3456 7890" })).toEqual(["Siti Nur Aisyah"]);
    expect(await names({ states: ["lapsed"] })).toEqual(["Budi Santoso"]);
    expect(await phone.engine.members.search({ states: ["lapsed"], limit: 1 })).toMatchObject({
      total: 1,
      counts: { active: 2, lapsed: 1 },
    });
  });

  test("5,000 members are searched in a few milliseconds", async () => {
    const phone = await makeActivePhone();
    phone.server.pages = Array.from({ length: 10 }, (_, page) => ({
      members: Array.from({ length: 500 }, (_, n) => member(`${page}-${n}`, `Orang ${page * 500 + n}`)),
    }));
    await phone.engine.sync.now();
    expect((await phone.engine.members.search({})).total).toBe(5_000);
    expect((await phone.engine.members.search({ text: "orang 4999" })).members[0]?.name).toBe("Orang 4999");
  });
});

test("what only this phone has stands first", async () => {
  const phone = await makeActivePhone();
  phone.server.pages = [{ members: [member("1", "Lama", { captured_on: "2027-01-01" })] }];
  await phone.engine.sync.now();
  const id = await enrol(phone, "Baru");
  const { members } = await phone.engine.members.search({});
  expect(members.map((one) => [one.name, one.state, one.key])).toEqual([
    ["Baru", "unsent", id],
    ["Lama", "active", "1"],
  ]);
});

test("villages are found by words of village, district and regency, the same name first", () => {
  const make = (
    code: string,
    name: string,
    district: string,
  ): ConstructorParameters<typeof VillageIndex>[0][number] => {
    return { code, name, district, regency: "Kota Jambi", label: `${name}, ${district}, Kota Jambi` };
  };
  const index = new VillageIndex([
    make("1", "Handil Jaya", "Jelutung"),
    make("2", "Jelutung", "Jelutung"),
    make("3", "Jaya", "Telanaipura"),
  ]);
  const codes = (text: string): string[] => index.search(text, 10).map((one) => one.code);
  expect(codes("jelutung")).toEqual(["2", "1"]);
  expect(codes("jaya jel")).toEqual(["1"]);
  expect(codes("  ")).toEqual([]);
  expect(index.find("3")?.name).toBe("Jaya");
});
