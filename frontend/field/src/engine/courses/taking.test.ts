import { describe, expect, it } from "vitest";
import type { CourseHead, CourseView, LearningKept, TakingKept } from "../contract-learning";
import type { Module } from "./content";
import { isFinished, markModule, neededVersions, openTaking, readDigits, withList } from "./taking";

const head = (id: string): CourseHead => ({
  id,
  number: 1,
  title: "Dasar",
  summary: "",
  credit_minutes: 30,
  pass_percent: 70,
  modules: ["a", "b"],
  bytes: 10,
});
const taking = (id: string, version: string, passed: string[]): TakingKept => ({
  id,
  course: "c",
  version: head(version),
  begunAt: 1,
  passed,
  draft: null,
});
const course = (patch: Partial<CourseView> = {}): CourseView => ({
  id: "c",
  version: head("v2"),
  taking: null,
  missing: true,
  due_on: null,
  reason: null,
  done_on: null,
  done_version: null,
  ...patch,
});
const kept = (takings: TakingKept[], courses: CourseView[] = [course()]): LearningKept => ({
  list: { courses, credit: { minutes: 0, since: "2026-01-01" }, lessons: [] },
  fetchedAt: 1,
  takings,
});

const question = (id: string, right: number[]) =>
  ({ id, kind: "question", text: id, options: ["x", "y", "z"], right, why: "" }) as const;
const module: Module = { id: "a", title: "A", parts: [question("one", [1]), question("two", [0, 2])] };

describe("markModule", () => {
  it("asks for exactly the right options, in any order", () => {
    expect(markModule(module, { one: [1], two: [2, 0] }, 70)).toEqual({ right: 2, asked: 2, passed: true });
    expect(markModule(module, { one: [1], two: [0] }, 70)).toEqual({ right: 1, asked: 2, passed: false });
    expect(markModule(module, { one: [1], two: [0, 1, 2] }, 50)).toEqual({ right: 1, asked: 2, passed: true });
  });

  it("passes what has no questions", () => {
    expect(markModule({ id: "a", title: "A", parts: [] }, {}, 100).passed).toBe(true);
  });
});

describe("takings", () => {
  it("are finished once nothing is open and nothing is asked, until they are begun again", () => {
    const done = course({ done_on: "2026-11-01", done_version: "v2", missing: false });
    expect(isFinished(done, kept([]))).toBe(true);
    expect(isFinished(course({ ...done, missing: true }), kept([]))).toBe(false);
    expect(isFinished(course(), kept([taking("t", "v2", ["a", "b"])]))).toBe(true);
    expect(isFinished(done, kept([taking("again", "v2", [])]))).toBe(false);
    expect(isFinished(course(), kept([]))).toBe(false);
  });

  it("go on with the version they began, with what the server and the phone know", () => {
    const told = course({ taking: { id: "t", version: head("v1"), passed: ["b"] } });
    const open = openTaking(told, kept([taking("t", "v1", [])]));
    expect(open?.version.id).toBe("v1");
    expect(open?.passed).toEqual(["b"]);
    expect([...neededVersions(kept([taking("t", "v1", [])]))].sort()).toEqual(["v1", "v2"]);
  });

  it("on another phone begin where the server saw them", () => {
    const told = course({ taking: { id: "t", version: head("v1"), passed: ["a"] } });
    expect(openTaking(told, kept([]))).toMatchObject({ id: "t", passed: ["a"] });
  });

  it("that are complete stay until the server knows and nothing is unsent", () => {
    const done = kept([taking("t", "v2", ["a", "b"])]);
    const list = { ...done.list, courses: [course({ done_on: "2026-11-22", done_version: "v2" })] } as NonNullable<
      LearningKept["list"]
    >;
    expect(withList(done, list, true, 2).takings).toHaveLength(1);
    expect(withList(done, list, false, 2).takings).toHaveLength(0);
    expect(withList(done, done.list as NonNullable<LearningKept["list"]>, false, 2).takings).toHaveLength(1);
  });
});

it("reads a code of attendance as typed and as scanned, and nothing else", () => {
  expect(readDigits("4821 9037")).toBe("48219037");
  expect(readDigits("https://perisai.example/app/#/courses/attend/48219037")).toBe("48219037");
  expect(readDigits("https://perisai.example/app/#/activate/7K3QXM0A9T")).toBeNull();
  expect(readDigits("482190371")).toBeNull();
});
