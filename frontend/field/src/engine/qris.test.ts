import { expect, test } from "vitest";
import { crc16, MOST_QRIS, qrisPayload, readQris } from "./qris";

const MERCHANT = {
  merchant_name: "BPJS KETENAGAKERJAAN",
  city: "JAMBI",
  postal_code: "36129",
  category: "6300",
  acquirer: "ID.CO.DEMO.WWW",
  merchant_pan: "9360011900000000017",
  merchant_id: "0000000017",
  national_id: "ID1020304050607",
  criteria: "UBE",
};

test("the checksum of known vectors", () => {
  expect(crc16("123456789")).toBe("29B1");
});

test("the payload is the server's to the last sign", () => {
  // The same stands in tests/payments/test_qris.py.
  expect(qrisPayload(MERCHANT, "150100000017", 16_800)).toBe(
    "00020101021226620014ID.CO.DEMO.WWW01199360011900000000017021000000000170303UBE51440014ID.CO.QRIS.WWW0215ID10203040506070303UBE5204630053033605405168005802ID5920BPJS KETENAGAKERJAAN6005JAMBI610536129621601121501000000176304FE6F",
  );
});

test("there is none outside what QRIS takes", () => {
  for (const amount of [0, -1, 1.5, MOST_QRIS + 1]) expect(qrisPayload(MERCHANT, "150100000017", amount)).toBeNull();
});

test("a merchant is read whole or not at all", () => {
  expect(readQris({ ...MERCHANT, more: 1 })).toEqual(MERCHANT);
  for (const wrong of [null, undefined, 7, {}, { ...MERCHANT, city: "" }, { ...MERCHANT, criteria: 3 }]) {
    expect(readQris(wrong)).toBeNull();
  }
});
