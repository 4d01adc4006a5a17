import { expect, test } from "vitest";
import type { EndingTold, GroupTold } from "./contract-groups";
import { allGroups, endingNow, NO_GROUPS, readGroups, withAnswer, withGroup, withGroups } from "./groups";

const stand: GroupTold = {
  id: "g1",
  kind: "ojek_stand",
  name: "Pangkalan Simpang",
  place: "",
  region: "15.71.08.1001",
  coordinator: "Pak Darwis",
  phone: null,
  members: 0,
  paid: 0,
  order: null,
};
const ends: EndingTold = {
  id: "e1",
  name: "Siti",
  phone: null,
  sponsor: "Desa",
  last_month: "2026-12",
  price: 8400,
  outcome: null,
};

test("a group made here stays until the server tells of it, and stands there once", () => {
  const made = withGroup(withGroup(NO_GROUPS, stand), stand);
  expect(allGroups(made)).toEqual([stand]);
  const before = withGroups(made, { groups: [], ending: [] }, 1);
  expect(allGroups(before)).toEqual([stand]);
  const after = withGroups(before, { groups: [{ ...stand, members: 3 }], ending: [] }, 2);
  expect(allGroups(after).map((group) => group.members)).toEqual([3]);
});

test("an answer of this phone counts until the server tells of it; a last one ends the asking", () => {
  const told = withGroups(NO_GROUPS, { groups: [], ending: [ends] }, 1);
  const thinking = withAnswer(told, ends, "thinking");
  expect(endingNow(thinking).map((one) => one.outcome)).toEqual(["thinking"]);
  expect(endingNow(withAnswer(thinking, ends, "refused"))).toEqual([]);
  const old = withGroups(thinking, { groups: [], ending: [ends] }, 2);
  expect(endingNow(old).map((one) => one.outcome)).toEqual(["thinking"]);
  const known = withGroups(old, { groups: [], ending: [{ ...ends, outcome: "thinking" }] }, 3);
  expect(known.answers).toEqual({});
});

test("an answer that is no list is refused", () => {
  expect(() => readGroups({ groups: [] })).toThrow();
});
