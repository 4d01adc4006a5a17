import { beforeEach, expect, test, vi } from "vitest";
import { forgetReturn, goBackIfClosed, rememberReturn, wasClosedAt } from "./return-to";
import { thumbMark } from "./thumb-mark";
import { voiceFor } from "./voice";

const MINUTE = 60_000;
let kept: Map<string, string>;
let replaced: string[];
beforeEach(() => {
  kept = new Map();
  replaced = [];
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("history", { replaceState: (_state: unknown, _title: string, to: string) => replaced.push(to) });
});

test("an app closed behind the camera goes on in the form it was in, and says so once", () => {
  rememberReturn("#/enrol/d1/identity", 0);
  goBackIfClosed(5 * MINUTE);
  expect(replaced).toEqual(["#/enrol/d1/identity"]);
  expect(wasClosedAt("#/enrol/d1", 5 * MINUTE)).toBe(true);
  expect(wasClosedAt("#/enrol/d1", 5 * MINUTE)).toBe(false);
});

test("it begins at its home after half an hour, after coming back, and where an address was opened", () => {
  rememberReturn("#/enrol/d1/identity", 0);
  goBackIfClosed(31 * MINUTE);
  vi.stubGlobal("location", { hash: "#/members" });
  goBackIfClosed(MINUTE);
  vi.stubGlobal("location", { hash: "" });
  expect(wasClosedAt("#/enrol/other", MINUTE)).toBe(false);
  forgetReturn();
  goBackIfClosed(MINUTE);
  expect(replaced).toEqual([]);
});

test("a thumb mark is made of curves that the server takes, and grows while it is held", () => {
  const touch = { x: 160, y: 70, rx: 30, ry: 30 };
  const whole = thumbMark(touch, 1);
  expect(whole).toMatch(/^[MmLlHhVvCcQqZz0-9 .,-]+$/);
  expect(whole.length).toBeLessThan(2048);
  expect(thumbMark(touch, 0.3).length).toBeLessThan(whole.length);
});

test("a voice of the language on the phone itself is taken, never one that asks a server", () => {
  const voice = (lang: string, localService: boolean) => ({ lang, localService });
  const here = voice("id-ID", true);
  expect(voiceFor([voice("en-US", true), voice("id-ID", false), here], "id")).toBe(here);
  expect(voiceFor([voice("in_ID", true)], "id")?.lang).toBe("in_ID");
  expect(voiceFor([voice("id-ID", false)], "id")).toBeNull();
});
