import { describe, expect, test } from "vitest";
import type { MeView } from "../../engine/contract";
import { blockedTexts, sayBlocked } from "../../i18n/blocked";
import { WHYS, whyBlocked, whyClosed } from "../blocked";
import { qrPath } from "./qr";

const TODAY = "2026-11-22";

function meWith(licence: MeView["licence"]): MeView {
  const agent = { id: "a", code: "P-1501-0001", name: "Rina", office: "", sub_branch: "" };
  const branch = { id: 1501, name: "", timezone: "Asia/Jakarta", province: "15" };
  const none = { enrolled: 0, active: 0, review: 0 };
  const month = { ...none, contributions: 0 };
  const dues = { count: 0, amount: 0 };
  return { agent, branch, licence, today: none, month, target_month: null, quota: null, dues, rules: "", as_of_ms: 0 };
}

describe("what keeps an agent from field work", () => {
  const of = (state: string, valid_to = "2027-01-01") => whyBlocked(meWith({ number: "L", valid_to, state }), TODAY);
  test("a phone that has heard nothing yet stops nobody", () => expect(whyBlocked(null, TODAY)).toBeNull());
  test("without a licence one learns", () => expect(whyBlocked(meWith(null), TODAY)).toBe("trainee"));
  test("a licence is good to its last day, seen without signal", () => {
    expect(of("valid", TODAY)).toBeNull();
    expect(of("valid", "2026-11-21")).toBe("expired");
  });
  test.each(["expired", "revoked", "suspended", "remedial"])("%s is said as it is", (state) =>
    expect(of(state)).toBe(state),
  );
  test("an expiry that only the phone reckons closes no form: its clock may be wrong", () => {
    const past = "2026-11-21";
    expect(whyClosed(meWith({ number: "L", valid_to: past, state: "valid" }), TODAY)).toBeNull();
    expect(whyClosed(meWith({ number: "L", valid_to: past, state: "expired" }), TODAY)).toBe("expired");
    expect(whyClosed(meWith(null), TODAY)).toBe("trainee");
  });
  test("a state that a later server invents is no licence either", () => expect(of("frozen")).toBe("revoked"));
  test("each has a title and what to do in both languages", () => {
    for (const why of WHYS)
      for (const language of ["id", "en"] as const) {
        const { title, body } = sayBlocked(blockedTexts[language], why);
        expect([title, body].every((text) => text.length > 8)).toBe(true);
      }
  });
});

test("a QR code is drawn module by module", () => {
  expect(qrPath(["101", "011", "000"])).toBe("M0 0h1v1h-1zM2 0h1v1h-1zM1 1h2v1h-2z");
});
