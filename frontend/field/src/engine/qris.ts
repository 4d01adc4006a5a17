/** QRIS dynamic codes, the same to the last sign as the server makes them (`payments/banks/qris.py`), so that one is there without signal. */

/** Who is paid, as the acquirer registered us. */
export interface QrisMerchant {
  readonly merchant_name: string;
  readonly city: string;
  readonly postal_code: string;
  readonly category: string;
  readonly acquirer: string;
  readonly merchant_pan: string;
  readonly merchant_id: string;
  readonly national_id: string;
  readonly criteria: string;
}

/** Bank Indonesia's limit of one QRIS payment, rupiah. */
export const MOST_QRIS = 10_000_000;

const FIELDS = [
  "merchant_name",
  "city",
  "postal_code",
  "category",
  "acquirer",
  "merchant_pan",
  "merchant_id",
  "national_id",
  "criteria",
] as const;

/** What the server says of the merchant; null where it is not whole. */
export function readQris(value: unknown): QrisMerchant | null {
  if (typeof value !== "object" || value === null) return null;
  const given = value as Record<string, unknown>;
  const found = Object.fromEntries(FIELDS.map((name) => [name, given[name]]));
  return Object.values(found).every((one) => typeof one === "string" && one !== "")
    ? (found as unknown as QrisMerchant)
    : null;
}

const field = (tag: string, value: string) => `${tag}${String(value.length).padStart(2, "0")}${value}`;

/** The payload for one payment of `amount` rupiah; null where QRIS does not take it. */
export function qrisPayload(merchant: QrisMerchant, code: string, amount: number): string | null {
  if (!Number.isInteger(amount) || amount <= 0 || amount > MOST_QRIS) return null;
  const { criteria } = merchant;
  const account =
    field("00", merchant.acquirer) + field("01", merchant.merchant_pan) + field("02", merchant.merchant_id);
  const national = field("00", "ID.CO.QRIS.WWW") + field("02", merchant.national_id) + field("03", criteria);
  const body = [
    field("00", "01"),
    field("01", "12"),
    field("26", account + field("03", criteria)),
    field("51", national),
    field("52", merchant.category),
    field("53", "360"),
    field("54", String(amount)),
    field("58", "ID"),
    field("59", merchant.merchant_name),
    field("60", merchant.city),
    field("61", merchant.postal_code),
    field("62", field("01", code)),
    "6304",
  ].join("");
  return body + crc16(body);
}

/** CRC-16/CCITT-FALSE of the UTF-8 bytes, four upper-case hex digits. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}
