import { expect, it } from "vitest";
import { goldenRules } from "../../rules/golden";
import { checkNik } from "../../rules/nik";
import { isExample } from "../../world";
import { makeExample } from "./example";
import { isoDate } from "./form";

const village = { code: "15.71.08.1001", name: "Beringin", district: "Pasar", regency: "Jambi", label: "" };
const rules = goldenRules();

it("makes people whose number can exist, fits them and belongs to nobody", async () => {
  for (let round = 0; round < 200; round += 1) {
    const made = await makeExample("2026-11-23", "trade.market", async () => [village]);
    const report = checkNik(rules.nik, made?.nik ?? "", "2026-11-23");
    expect(report.refusals).toEqual([]);
    expect(report.birthOn).toBe(made?.birth ? isoDate(made.birth) : null);
    expect(report.sex).toBe(made?.sex);
    expect(isExample(made?.nik ?? "")).toBe(true);
  }
});

it("makes nobody where no village is known", async () => {
  expect(await makeExample("2026-11-23", null, async () => [])).toBeNull();
});
