import { expect, test } from "vitest";
import { add, block, History, read, show } from "./grid";

test("numbers are read as people write them", () => {
  expect(read("1.234")).toBe(1234);
  expect(read(" Rp1.900.000 ")).toBe(1_900_000);
  expect(read("")).toBeUndefined();
  expect(read("12a")).toBeNull();
  expect(read("-3")).toBeNull();
});

test("sums leave out what is no number", () => {
  expect(add(["1", "", "x", "2.000"])).toBe(2001);
  expect(show(2001, "id")).toBe("2.001");
});

test("a block of a spreadsheet keeps its rows and columns", () => {
  expect(block("1\t2\r\n3\t\r\n")).toEqual([
    ["1", "2"],
    ["3", ""],
  ]);
});

test("a paste is taken back as a whole, the last cell first", () => {
  const history = new History();
  history.note([{ name: "a", before: "1" }]);
  history.note([
    { name: "a", before: "2" },
    { name: "b", before: "" },
  ]);
  expect(history.back().map((step) => step.name)).toEqual(["b", "a"]);
  expect(history.back()).toEqual([{ name: "a", before: "1" }]);
  expect(history.isEmpty).toBe(true);
});
