import { describe, expect, test } from "vitest";
import * as format from "./format";

describe("numbers and money", () => {
  test.each([
    [0, "Rp0"],
    [16_800, "Rp16.800"],
    [1_240_000, "Rp1.240.000"],
    [-8_400, "-Rp8.400"],
  ])("%d rupiah is %s", (rupiah, text) => expect(format.formatMoney(rupiah)).toBe(text));

  test("thousands have a dot", () => expect(format.formatNumber(1234)).toBe("1.234"));
  test("a photo of some bytes is not 0 kB", () => expect(format.formatKilobytes(1)).toBe("1 kB"));
});

describe("dates and times", () => {
  test("a date has its month in the language", () => {
    expect(format.formatDate("2026-08-02", "id")).toBe("2 Agu 2026");
    expect(format.formatDate("2026-08-02", "en")).toBe("2 Aug 2026");
  });
  test("a month of a full date is that month", () => expect(format.formatMonth("2027-01-01", "id")).toBe("Jan 2027"));
  test("text that is no date comes back", () => expect(format.formatDate("soon", "id")).toBe("soon"));
  test("an instant is told in the branch's time zone", () => {
    expect(format.formatInstant("2026-11-30T16:59:59Z", "Asia/Jakarta", "id")).toBe("30 Nov 2026, 23.59 WIB");
    expect(format.formatTime("2026-11-30T16:59:59Z", "Asia/Jayapura")).toBe("01.59 WIT");
  });
  test("the day turns at midnight of the branch", () => {
    expect(format.dayOf(Date.parse("2026-11-30T16:59:59Z"), "Asia/Jakarta")).toBe("2026-11-30");
    expect(format.dayOf(Date.parse("2026-11-30T17:00:00Z"), "Asia/Jakarta")).toBe("2026-12-01");
  });
  test.each([
    [59_000, "baru saja", "just now"],
    [5 * 60_000, "5 menit lalu", "5 min ago"],
    [47 * 3_600_000, "47 jam lalu", "47 h ago"],
    [72 * 3_600_000, "3 hari lalu", "3 days ago"],
    [-5_000, "baru saja", "just now"],
  ])("an age of %d ms", (age, id, en) => {
    expect(format.formatAge(age, "id")).toBe(id);
    expect(format.formatAge(age, "en")).toBe(en);
  });
});

describe("numbers of people", () => {
  test("a NIK is masked once", () => {
    expect(format.maskNik("1571084107909001")).toBe("1571**********01");
    expect(format.maskNik("1571**********01")).toBe("1571**********01");
  });
  test("a code is shown in groups", () => expect(format.inGroups("8801500000000123")).toBe("8801 5000 0000 0123"));
});
