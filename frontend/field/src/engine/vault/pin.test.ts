import { expect, test } from "vitest";
import { isWeakPin } from "./pin";

test.each([
  "111111",
  "123456",
  "654321",
  "789012",
  "098765",
  "121212",
  "482482",
  "112233",
  "170890",
  "900817",
  "199008",
  "081990",
  "12345",
  "1234567",
  "12a456",
  "",
])("%s is refused", (pin) => {
  expect(isWeakPin(pin)).toBe(true);
});

test.each(["482915", "258046", "739158", "604827", "135799"])("%s is taken", (pin) => {
  expect(isWeakPin(pin)).toBe(false);
});

test("most of what is left to choose from can be chosen", () => {
  let weak = 0;
  for (let n = 0; n < 1_000_000; n += 7) if (isWeakPin(String(n).padStart(6, "0"))) weak += 1;
  expect(weak / (1_000_000 / 7)).toBeLessThan(0.15);
});
