import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LEAST_PIECE, PIECE, PrintError, print } from "./printer";

const SERVICE = "000018f0-0000-1000-8000-00805f9b34fb";
const BYTES = Uint8Array.from({ length: 450 }, (_, at) => at % 256);

interface Way {
  /** Whether it confirms what it gets. */
  readonly confirms?: boolean;
  /** The longest piece it takes; longer ones are refused. */
  readonly most?: number;
  /** Pieces after which it is gone, and how often that happens. */
  readonly goneAfter?: number;
  readonly goneTimes?: number;
  readonly silent?: boolean;
}

/** A printer near by: what it got in each run, and whether the line was given back. */
function printerNear({ confirms = true, most = PIECE, goneAfter = Infinity, goneTimes = 1, silent = false }: Way) {
  const runs: Uint8Array[][] = [];
  let gone = 0;
  let open = 0;
  const take = async (piece: Uint8Array) => {
    const run = runs.at(-1) ?? [];
    if (piece.length > most) throw new DOMException("too long", "NotSupportedError");
    if (run.length >= goneAfter && gone < goneTimes) {
      gone += 1;
      throw new DOMException("GATT Server is disconnected.", "NetworkError");
    }
    run.push(piece);
  };
  const properties = { write: confirms, writeWithoutResponse: !confirms };
  const characteristic = {
    properties,
    writeValueWithResponse: (piece: Uint8Array) => (silent ? new Promise(() => {}) : take(piece)),
    writeValueWithoutResponse: take,
  };
  const service = { uuid: SERVICE, getCharacteristics: async () => [characteristic] };
  const gatt = {
    connect: async () => {
      runs.push([]);
      open += 1;
      return { getPrimaryServices: async () => [service] };
    },
    disconnect: () => {
      open -= 1;
    },
  };
  const device = { name: "RPP02N", gatt };
  vi.stubGlobal("navigator", { bluetooth: { requestDevice: async () => device } });
  return {
    got: (run: number) => Uint8Array.from((runs[run] ?? []).flatMap((piece) => [...piece])),
    runs,
    left: () => open,
  };
}

async function failureOf(act: Promise<void>): Promise<string> {
  return await act.then(
    () => "none",
    (error: unknown) => (error instanceof PrintError ? error.failure : String(error)),
  );
}

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 20 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("bytes on their way to a printer", () => {
  test("go over whole, in pieces of a hundred where each is confirmed", async () => {
    const near = printerNear({});
    await print(BYTES, true);
    expect(near.got(0)).toEqual(BYTES);
    expect(near.runs[0]?.map((piece) => piece.length)).toEqual([100, 100, 100, 100, 50]);
    expect(near.left()).toBe(0);
  });

  test("go in pieces that every connection carries where nothing is confirmed", async () => {
    const near = printerNear({ confirms: false, most: LEAST_PIECE });
    await print(BYTES, true);
    expect(near.got(0)).toEqual(BYTES);
    expect(Math.max(...(near.runs[0] ?? []).map((piece) => piece.length))).toBe(LEAST_PIECE);
  });

  test("go in short pieces to a printer that refuses long ones", async () => {
    const near = printerNear({ most: LEAST_PIECE });
    await print(BYTES, true);
    expect(near.got(0)).toEqual(BYTES);
  });
});

describe("a printer that goes away", () => {
  test("in the middle is said to have stopped; printing again prints all of it", async () => {
    const near = printerNear({ goneAfter: 2 });
    expect(await failureOf(print(BYTES, true))).toBe("stopped");
    expect(near.left()).toBe(0);
    await print(BYTES, false);
    expect(near.got(1)).toEqual(BYTES);
    expect(near.left()).toBe(0);
  });

  test("before the first piece is said to be off", async () => {
    const near = printerNear({ goneAfter: 0, goneTimes: 2 });
    expect(await failureOf(print(BYTES, true))).toBe("off");
    expect(near.left()).toBe(0);
  });

  test("without a word is given up after a while", async () => {
    const near = printerNear({ silent: true });
    const said = failureOf(print(BYTES, true));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await said).toBe("off");
    expect(near.left()).toBe(0);
  });
});
