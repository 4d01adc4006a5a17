/** A receipt printer over Web Bluetooth: found once, remembered while the app is open, written to in small pieces. */
/// <reference types="web-bluetooth" />

/** What went wrong, for words on the screen. `stopped`: some of it is on paper. */
export type PrintFailure = "off" | "refused" | "unknown" | "cancelled" | "missing" | "stopped";

export class PrintError extends Error {
  constructor(
    readonly failure: PrintFailure,
    cause?: unknown,
  ) {
    super(failure, { cause });
    this.name = "PrintError";
  }
}

/** Services under which receipt printers of 58 mm take bytes; the first is that of most of them. */
const SERVICES = [
  "000018f0-0000-1000-8000-00805f9b34fb",
  "0000ff00-0000-1000-8000-00805f9b34fb",
  "0000ffe0-0000-1000-8000-00805f9b34fb",
  "49535343-fe7d-4ae5-8fa9-9fafd205e455",
  "e7810a71-73ae-499d-8c15-faa9aef0c3f2",
  "0000fee7-0000-1000-8000-00805f9b34fb",
];
/** Fits a connection that has agreed on more than the least, and the small buffer of a cheap printer. */
export const PIECE = 100;
/** Fits every connection. What is longer than it carries is cut in silence where the printer confirms nothing. */
export const LEAST_PIECE = 20;
/** Between two pieces that the printer does not confirm. */
const PAUSE_MS = 20;
/** Without an answer for so long the printer is taken for gone: some browsers wait for ever. */
const ANSWER_MS = 15_000;
const NAME_KEY = "perisai.printer";

let remembered: BluetoothDevice | null = null;

export function canPrint(): boolean {
  return typeof navigator !== "undefined" && navigator.bluetooth !== undefined;
}

/** Name of the printer used last on this phone; null where there was none. */
export function lastPrinter(): string | null {
  try {
    return localStorage.getItem(NAME_KEY);
  } catch {
    return null;
  }
}

/** Prints on the printer used last, or on one that is chosen now. Must be called from a press. Throws PrintError. */
export async function print(bytes: Uint8Array, choose: boolean): Promise<void> {
  const device = (choose ? null : await known()) ?? (await ask());
  try {
    const writable = await findWritable(await connect(device));
    // It is the one to try again on, also where it stops in the middle.
    remember(device);
    await write(writable, bytes);
  } finally {
    device.gatt?.disconnect();
  }
}

/** A printer that was allowed before: in this run, or (where the browser keeps permissions) in a former one. */
async function known(): Promise<BluetoothDevice | null> {
  if (remembered) return remembered;
  const name = lastPrinter();
  if (name === null || !navigator.bluetooth?.getDevices) return null;
  const devices = await navigator.bluetooth.getDevices().catch(() => []);
  return devices.find((device) => device.name === name) ?? null;
}

async function ask(): Promise<BluetoothDevice> {
  if (!canPrint()) throw new PrintError("missing");
  try {
    return await navigator.bluetooth.requestDevice({ acceptAllDevices: true, optionalServices: SERVICES });
  } catch (error) {
    // The browser says "not found" for closing the list and for a Bluetooth that is off alike; only this tells them apart.
    const on = (await navigator.bluetooth.getAvailability?.().catch(() => true)) ?? true;
    throw new PrintError(isNamed(error, "NotFoundError") && on ? "cancelled" : "refused", error);
  }
}

async function connect(device: BluetoothDevice): Promise<BluetoothRemoteGATTServer> {
  if (!device.gatt) throw new PrintError("unknown");
  const answer = device.gatt.connect();
  return await inTime(answer).catch((error: unknown) => {
    throw new PrintError("off", error);
  });
}

/** Rejects where the printer is silent for too long. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function findWritable(server: BluetoothRemoteGATTServer): Promise<BluetoothRemoteGATTCharacteristic> {
  const services = await inTime(server.getPrimaryServices()).catch((error: unknown) => {
    throw new PrintError(isNamed(error, "NotFoundError") ? "unknown" : "off", error);
  });
  const order = (service: BluetoothRemoteGATTService) => SERVICES.indexOf(service.uuid);
  for (const service of services.filter((one) => order(one) >= 0).sort((one, other) => order(one) - order(other))) {
    const characteristics = await inTime(service.getCharacteristics()).catch((error: unknown) => {
      throw new PrintError("off", error);
    });
    const found = characteristics.find(({ properties }) => properties.writeWithoutResponse || properties.write);
    if (found) return found;
  }
  throw new PrintError("unknown");
}

type Writable = Pick<
  BluetoothRemoteGATTCharacteristic,
  "properties" | "writeValueWithResponse" | "writeValueWithoutResponse"
>;

/** In pieces that the printer confirms, where it can; one that takes no long piece gets short ones from the begin. */
async function write(to: Writable, bytes: Uint8Array): Promise<void> {
  const sizes = to.properties.write ? [PIECE, LEAST_PIECE] : [LEAST_PIECE];
  for (const size of sizes) {
    const done = await writePieces(to, piecesOf(bytes, size));
    if (done.failure === null) return;
    if (done.pieces > 0) throw new PrintError("stopped", done.failure);
    if (size === sizes.at(-1)) throw new PrintError("off", done.failure);
  }
}

/** How many pieces the printer took, and what stopped it; null where nothing did. */
async function writePieces(
  to: Writable,
  pieces: readonly Uint8Array<ArrayBuffer>[],
): Promise<{ readonly pieces: number; readonly failure: unknown }> {
  for (const [at, piece] of pieces.entries()) {
    try {
      if (to.properties.write) await inTime(to.writeValueWithResponse(piece));
      else {
        await inTime(to.writeValueWithoutResponse(piece));
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } catch (failure) {
      return { pieces: at, failure: failure ?? new Error("not written") };
    }
  }
  return { pieces: pieces.length, failure: null };
}

export function piecesOf(bytes: Uint8Array, size = PIECE): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    Uint8Array.from(bytes.subarray(index * size, (index + 1) * size)),
  );
}

function remember(device: BluetoothDevice): void {
  remembered = device;
  try {
    if (device.name) localStorage.setItem(NAME_KEY, device.name);
  } catch {
    // Asked for again next time.
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
