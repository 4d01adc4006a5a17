/** A record as bytes: its JSON, and behind it the byte arrays that JSON cannot hold. */

export type Packed = Readonly<Record<string, unknown>>;

interface Head {
  readonly fields: Packed;
  /** Name and length of each byte array, in their order. */
  readonly bytes: readonly (readonly [string, number])[];
}

const LENGTH = 4;

export function pack(record: Packed): Uint8Array<ArrayBuffer> {
  const arrays = Object.entries(record).flatMap(([name, value]) =>
    value instanceof Uint8Array ? [[name, value] as const] : [],
  );
  const fields = Object.fromEntries(Object.entries(record).filter(([, value]) => !(value instanceof Uint8Array)));
  const head: Head = { fields, bytes: arrays.map(([name, value]) => [name, value.length] as const) };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const whole = new Uint8Array(arrays.reduce((sum, [, value]) => sum + value.length, LENGTH + json.length));
  new DataView(whole.buffer).setUint32(0, json.length);
  whole.set(json, LENGTH);
  let at = LENGTH + json.length;
  for (const [, value] of arrays) {
    whole.set(value, at);
    at += value.length;
  }
  return whole;
}

export function unpack(whole: Uint8Array): Packed {
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0);
  const json = new TextDecoder().decode(whole.subarray(LENGTH, LENGTH + length));
  const { fields, bytes } = JSON.parse(json) as Head;
  const record: Record<string, unknown> = { ...fields };
  let at = LENGTH + length;
  for (const [name, size] of bytes) {
    record[name] = whole.slice(at, at + size);
    at += size;
  }
  return record;
}
