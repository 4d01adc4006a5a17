/** What a phone keeps beside the drafts: ids, codes and amounts, no person. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { findCommon, keepCommon } from "./defaults";
import { addToSeries, opsOfSeries, seriesOf } from "./series";
import { findReplacedCode, findShownPrice, keepGivenCode, keepShownPrice } from "./shown-prices";

class MemoryStorage implements Storage {
  private readonly kept = new Map<string, string>();
  get length(): number {
    return this.kept.size;
  }
  clear(): void {
    this.kept.clear();
  }
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.kept.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

let storage: Storage;
beforeEach(() => {
  storage = new MemoryStorage();
  vi.stubGlobal("localStorage", storage);
});

describe("a series", () => {
  test("keeps its ops in order, each once", () => {
    for (const op of ["a", "b", "a", "c"]) addToSeries("s", op);
    expect(opsOfSeries("s")).toEqual(["a", "b", "c"]);
    expect(seriesOf("b")).toBe("s");
    expect(seriesOf("z")).toBeNull();
  });
  test("is forgotten when many have followed", () => {
    for (let n = 0; n < 30; n += 1) addToSeries(`s${n}`, `op${n}`);
    expect(opsOfSeries("s0")).toEqual([]);
    expect(opsOfSeries("s29")).toEqual(["op29"]);
  });
  test("is empty where storage holds something else", () => {
    storage.setItem("perisai.series", "{");
    expect(opsOfSeries("s")).toEqual([]);
  });
});

test("where and what the last worker was is kept for each agent apart", () => {
  keepCommon("one", { region: "15.71.08.1001", jobs: ["trade.market"] });
  expect(findCommon("one")).toEqual({ region: "15.71.08.1001", jobs: ["trade.market"] });
  expect(findCommon("two")).toEqual({});
});

test("a price named and a code given are found again by op", () => {
  keepShownPrice("op", 16_800);
  keepGivenCode("op", "8801500000000457");
  expect(findShownPrice("op")).toBe(16_800);
  expect(findReplacedCode("op", "8801500000000457")).toBeNull();
  expect(findReplacedCode("op", "8801500000000999")).toBe("000457");
  expect(findReplacedCode("other", "8801500000000999")).toBeNull();
  expect(findReplacedCode(null, null)).toBeNull();
  expect(storage.getItem("perisai.given-codes")).not.toContain("8801500000000457");
});
