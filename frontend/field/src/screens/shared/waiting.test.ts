import { expect, test } from "vitest";
import type { MemberPage, MemberQuery, MemberView } from "../../engine/contract";
import { awaitedPhotos } from "./waiting";

test("members whose picture is awaited are found on every page, the nearest day first", async () => {
  const all = Array.from({ length: 1200 }, (_, index) => ({
    key: String(index),
    photoBy: index === 3 ? "2026-12-01" : index === 1100 ? "2026-11-25" : null,
  })) as unknown as MemberView[];
  const asked: MemberQuery[] = [];
  const search = (query: MemberQuery): Promise<MemberPage> => {
    asked.push(query);
    const { offset = 0, limit = 50 } = query;
    return Promise.resolve({ total: all.length, members: all.slice(offset, offset + limit), counts: {} });
  };
  const found = await awaitedPhotos({ search });
  expect(found.map((member) => member.key)).toEqual(["1100", "3"]);
  expect(asked).toHaveLength(3);
});
