import { describe, expect, test } from "vitest";
import { Turns } from "../storage/turns";
import { Locks } from "./locks";
import { TurnLocks } from "./turn-locks";

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Two pages without Web Locks over one database; each says when it begins and ends. */
function twoPages(database: string) {
  const said: string[] = [];
  const clock = { now: 1_000_000 };
  const page = (name: string) => {
    const locks = new Locks(new TurnLocks(new Turns(database), () => clock.now, name));
    const act = async (ms = 20): Promise<string> => {
      said.push(`${name} begins`);
      await later(ms);
      said.push(`${name} ends`);
      return name;
    };
    return { locks, act };
  };
  return { a: page("a"), b: page("b"), said, clock };
}

describe("without Web Locks", () => {
  test("two pages take turns", async () => {
    const { a, b, said } = twoPages("turns-1");
    expect(await Promise.all([a.locks.run("writer", a.act), b.locks.run("writer", b.act)])).toEqual(["a", "b"]);
    expect(said).toHaveLength(4);
    expect(said[0]?.[0]).toBe(said[1]?.[0]);
    expect(said[2]?.[0]).toBe(said[3]?.[0]);
  });

  test("who only tries is told no while another page is at it, and other names are free", async () => {
    const { a, b } = twoPages("turns-2");
    const working = a.locks.run("sync", () => a.act(300));
    await later(80);
    expect(await b.locks.tryRun("sync", b.act)).toBeNull();
    expect(await b.locks.tryRun("form", b.act)).toBe("b");
    await working;
    expect(await b.locks.tryRun("sync", b.act)).toBe("b");
  });

  test("a page that was killed holds up the others only until its turn runs out", async () => {
    const { b, clock } = twoPages("turns-3");
    await new Turns("turns-3").take("perisai-sync", "killed", clock.now, 15_000);
    expect(await b.locks.tryRun("sync", b.act)).toBeNull();
    clock.now += 15_001;
    expect(await b.locks.tryRun("sync", b.act)).toBe("b");
  });

  test("a clock set back by a year does not hold a turn for a year", async () => {
    const { b, clock } = twoPages("turns-4");
    await new Turns("turns-4").take("perisai-sync", "killed", clock.now, 15_000);
    clock.now -= 500_000;
    expect(await b.locks.tryRun("sync", b.act)).toBe("b");
  });

  test("an act that fails gives its turn back", async () => {
    const { a, b } = twoPages("turns-5");
    await expect(a.locks.run("writer", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await b.locks.tryRun("writer", b.act)).toBe("b");
  });
});
