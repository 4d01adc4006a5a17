/** A receipt printer over Web Bluetooth: found once, remembered while the app is open, written to in small pieces. */
/// <reference types="web-bluetooth" />

/** What went wrong, for words on the screen. */
export type PrintFailure = "off" | "refused" | "unknown" | "cancelled" | "missing";

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
/** Fits every connection after negotiation, and the small buffer of a cheap printer. */
export const PIECE = 100;
/** Between two pieces that the printer does not confirm. */
const PAUSE = 20;
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
    const server = await connect(device);
    await write(await findWritable(server), bytes);
    remember(device);
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
  try {
    if (!device.gatt) throw new PrintError("unknown");
    return await device.gatt.connect();
  } catch (error) {
    throw error instanceof PrintError ? error : new PrintError("off", error);
  }
}

async function findWritable(server: BluetoothRemoteGATTServer): Promise<BluetoothRemoteGATTCharacteristic> {
  const services = await server.getPrimaryServices().catch((error: unknown) => {
    throw new PrintError(isNamed(error, "NotFoundError") ? "unknown" : "off", error);
  });
  const order = (service: BluetoothRemoteGATTService) => SERVICES.indexOf(service.uuid);
  for (const service of services.filter((one) => order(one) >= 0).sort((one, other) => order(one) - order(other))) {
    const found = (await service.getCharacteristics()).find(
      ({ properties }) => properties.writeWithoutResponse || properties.write,
    );
    if (found) return found;
  }
  throw new PrintError("unknown");
}

async function write(to: BluetoothRemoteGATTCharacteristic, bytes: Uint8Array): Promise<void> {
  try {
    for (const piece of piecesOf(bytes)) {
      if (to.properties.write) await to.writeValueWithResponse(piece);
      else {
        await to.writeValueWithoutResponse(piece);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  } catch (error) {
    throw new PrintError("off", error);
  }
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
