import jsQR from "jsqr";
import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { crc16, MOST_QRIS, qrisPayload } from "../../engine/qris";
import { qrPath, rowsOf } from "./qr";

/** CSS pixels that a code has on the slip of a phone of 320 px, and of one that is at the largest text size too. */
const SIZES = [240, 232, 200];

/** Each field as long as an acquirer may register it. */
const LONGEST = {
  merchant_name: "M".repeat(25),
  city: "C".repeat(15),
  postal_code: "36129",
  category: "6300",
  acquirer: "ID.CO.".padEnd(32, "X"),
  merchant_pan: "9".repeat(19),
  merchant_id: "9".repeat(15),
  national_id: "ID1020304050607",
  criteria: "UBE",
};

/** As the browser draws the path without smoothing: a point is dark where the middle of its pixel lies in a rectangle. */
function draw(rows: readonly string[], side: number): Uint8ClampedArray {
  const modules = rows.length + 8;
  const dark = new Set<string>();
  for (const [, x, y, width] of qrPath(rows).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let at = 0; at < Number(width); at += 1) dark.add(`${Number(x) + at} ${y}`);
  }
  const points = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [at % side, Math.floor(at / side)].map((pixel) => Math.floor(((pixel + 0.5) * modules) / side) - 4);
    if (dark.has(`${x} ${y}`)) points.set([0, 0, 0, 255], at * 4);
  }
  return points;
}

function fieldsOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    const length = Number(text.slice(at + 2, at + 4));
    found[text.slice(at, at + 2)] = text.slice(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return found;
}

describe("a QRIS code on the screen", () => {
  const payload = qrisPayload(LONGEST, "1".repeat(25), MOST_QRIS) ?? "";

  test.each(SIZES)("of the longest payload is read back from a picture of %i points a side", async (side) => {
    const rows = await rowsOf(payload, "M");
    const read = jsQR(draw(rows, side), side, side, { inversionAttempts: "dontInvert" })?.data ?? "";
    expect(read).toBe(payload);
    expect(read.slice(-4)).toBe(crc16(read.slice(0, -4)));
    const said = fieldsOf(read);
    expect(said).toMatchObject({ "00": "01", "01": "12", "53": "360", "54": String(MOST_QRIS), "58": "ID" });
    expect(said).toMatchObject({ "59": LONGEST.merchant_name, "60": LONGEST.city, "61": LONGEST.postal_code });
    expect(fieldsOf(said["26"] ?? "")).toMatchObject({ "01": LONGEST.merchant_pan, "02": LONGEST.merchant_id });
    expect(fieldsOf(said["51"] ?? "")).toMatchObject({ "02": LONGEST.national_id });
    expect(fieldsOf(said["62"] ?? "")).toEqual({ "01": "1".repeat(25) });
  });

  test("has the modules of the code, and nothing in its quiet zone", async () => {
    const rows = await rowsOf(payload, "M");
    const { data } = encode(payload, { ecc: "M", border: 0 });
    expect(rows).toEqual(data.map((row) => row.map((dark) => (dark ? "1" : "0")).join("")));
    const side = rows.length + 8;
    const points = draw(rows, side);
    const isDark = (x: number, y: number) => points[(y * side + x) * 4] === 0;
    for (let at = 0; at < side; at += 1) {
      for (const edge of [0, 3, side - 4, side - 1]) expect(isDark(at, edge) || isDark(edge, at)).toBe(false);
    }
  });
});
