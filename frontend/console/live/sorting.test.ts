import { describe, expect, it } from "vitest";
import { nextOrder, readOrder, sorted } from "./sorting";
import type { Child } from "./state";

function row(code: string, name: string, paying: number | null, accepted: number, target: number | null): Child {
  const told = { today: {}, month: { accepted }, stood: { paying } };
  return { level: "agent", key: code, code, name, target, of_agents: false, ...told };
}

const ROWS = [row("2", "Budi", 5, 10, 20), row("1", "Ani", null, 9, 10), row("3", "Cici", 7, 4, null)];
const codes = (search: string): string[] => sorted(ROWS, readOrder(search)).map((one) => one.code);

describe("order of what stands beneath", () => {
  it("is the best attainment first, without a target last, unless the address says otherwise", () => {
    expect(codes("")).toEqual(["1", "2", "3"]);
    expect(codes("?sort=galaxy")).toEqual(["1", "2", "3"]);
  });

  it("puts numbers from the largest and names from A, and the other way round with a minus", () => {
    expect(codes("?sort=paying")).toEqual(["3", "2", "1"]);
    expect(codes("?sort=-paying")).toEqual(["1", "2", "3"]);
    expect(codes("?sort=name")).toEqual(["1", "2", "3"]);
    expect(codes("?sort=-name")).toEqual(["3", "2", "1"]);
  });

  it("turns round when the same column is asked again", () => {
    const first = nextOrder(readOrder(""), "month");
    expect(first).toEqual({ column: "month", isReversed: false });
    expect(nextOrder(first, "month").isReversed).toBe(true);
  });
});
