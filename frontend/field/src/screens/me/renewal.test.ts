import { describe, expect, test } from "vitest";
import type { OpStatus, OpView, OwnExam, OwnRenewal } from "../../engine";
import { nextExam } from "./next-exam";
import { lackingOf, stepOf } from "./renewal-state";

const TODAY = "2026-11-22";
const NONE = { id: "", en: "" };
const condition = (key: string, met: boolean) => ({ key, met, title: NONE, said: NONE });

function renewal(more: Partial<OwnRenewal> = {}, ...unmet: string[]): OwnRenewal {
  const checklist = ["window", "credit", "office"].map((key) => condition(key, !unmet.includes(key)));
  return {
    licence: "L",
    valid_to: "2026-12-20",
    opens_on: "2026-10-21",
    minutes: { done: 0, needed: 360 },
    checklist,
    asked: null,
    ...more,
  };
}

const asked = (state: string) => ({ state, on: TODAY, answered_on: null, reason: "" });
const op = (kind: OpView["kind"], status: OpStatus, seq = 1): OpView => ({
  id: `${seq}`,
  seq,
  kind,
  status,
  name: null,
  madeAt: 0,
  error: null,
  result: null,
});

describe("asking for renewal", () => {
  test("waits for its day, which comes without signal too", () => {
    const early = renewal({ opens_on: "2026-11-23" }, "window");
    expect(stepOf(early, [], TODAY)).toBe("early");
    expect(stepOf(early, [], "2026-11-23")).toBe("open");
    expect(lackingOf(early, "2026-11-23")).toEqual([]);
  });
  test("needs what the branch's checklist needs", () => {
    expect(stepOf(renewal({}, "credit"), [], TODAY)).toBe("lacking");
    expect(stepOf(renewal({}, "office"), [], TODAY)).toBe("lacking");
  });
  test("lets the server look again where something learnt is still on the phone", () => {
    const learnt = [op("course_progress", "unsent")];
    expect(stepOf(renewal({}, "credit"), learnt, TODAY)).toBe("open");
    expect(stepOf(renewal({}, "office"), learnt, TODAY)).toBe("lacking");
  });
  test("is done once: kept, then asked, then renewed", () => {
    expect(stepOf(renewal(), [op("renew", "unsent")], TODAY)).toBe("kept");
    expect(stepOf(renewal({ asked: asked("asked") }), [], TODAY)).toBe("asked");
    expect(stepOf(renewal({ asked: asked("renewed"), opens_on: "2027-10-21" }), [], TODAY)).toBe("renewed");
    expect(stepOf(renewal({ asked: asked("renewed") }), [], TODAY)).toBe("open");
  });
  test("can be done again after a no", () => {
    expect(stepOf(renewal({ asked: asked("refused") }), [op("renew", "accepted")], TODAY)).toBe("open");
    expect(stepOf(renewal(), [op("renew", "rejected")], TODAY)).toBe("open");
    expect(stepOf(renewal(), [op("renew", "rejected"), op("renew", "unsent", 2)], TODAY)).toBe("kept");
  });
});

test("the next exam is the first that is not over", () => {
  const exam = (id: string, opens_at: string | null, closes_at: string | null) =>
    ({ id, opens_at, closes_at }) as OwnExam;
  const now = Date.parse("2026-11-22T03:00:00Z");
  const over = exam("over", "2026-11-20T03:00:00Z", "2026-11-21T03:00:00Z");
  const later = exam("later", "2026-12-20T03:00:00Z", null);
  const soon = exam("soon", "2026-11-25T03:00:00Z", "2026-11-26T03:00:00Z");
  expect(nextExam([over, later, soon], now)?.id).toBe("soon");
  expect(nextExam([later, exam("any", null, null)], now)?.id).toBe("any");
  expect(nextExam([over], now)).toBeNull();
});
