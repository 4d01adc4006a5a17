import { expect, test } from "vitest";
import { keep, restore, whatIsKept } from "./kept";

function tab() {
  const held = new Map<string, string>();
  return {
    getItem: (name: string) => held.get(name) ?? null,
    setItem: (name: string, text: string) => void held.set(name, text),
    removeItem: (name: string) => void held.delete(name),
  };
}

test("what was typed is there again, with the revision it was typed into", () => {
  const storage = tab();
  keep(storage, "a", { revision: "3", cells: { "c:agent:1:2": "12" } });
  expect(whatIsKept(storage, "a")).toEqual({ revision: "3", cells: { "c:agent:1:2": "12" } });
  expect(whatIsKept(storage, "b")).toBeNull();
  keep(storage, "a", { revision: "3", cells: {} });
  expect(whatIsKept(storage, "a")).toBeNull();
});

test("what is no such thing is nothing", () => {
  const storage = tab();
  for (const text of ["", "{", "1", "[]", '{"revision":1,"cells":{}}', '{"revision":"1","cells":{"a":2}}']) {
    storage.setItem("a", text);
    expect(whatIsKept(storage, "a")).toBeNull();
  }
});

test("figures that were saved, or have no box any more, do not come back", () => {
  const kept = { revision: "3", cells: { same: "1.200", other: "7", gone: "9" } };
  const saved: Record<string, string> = { same: "1200", other: "5" };
  expect(
    restore(
      kept,
      (name) => saved[name],
      (text) => text.replaceAll(".", ""),
    ),
  ).toEqual({ other: "7" });
});
