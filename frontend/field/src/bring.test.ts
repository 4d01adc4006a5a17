import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bring, NotCome } from "./bring";

const asked: string[] = [];
let answer: () => Response;

function script(type = "text/javascript", status = 200): Response {
  return new Response("export default 1", { status, headers: { "content-type": type } });
}

beforeEach(() => {
  asked.length = 0;
  answer = () => script();
  vi.stubGlobal("document", { querySelector: (found: string) => (found.includes("in-page") ? {} : null) });
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("what an import needs", () => {
  it("is asked for once, and not where the page has it", async () => {
    const importIt = vi.fn(async () => "module");
    expect(await bring(importIt, ["assets/one-1.js", "assets/in-page.js"])).toBe("module");
    expect(await bring(importIt, ["assets/one-1.js"])).toBe("module");
    expect(asked).toEqual([`${import.meta.env.BASE_URL}assets/one-1.js`]);
    expect(importIt).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["no line", () => Promise.reject(new TypeError("Failed to fetch")) as never],
    ["an error of the server", () => script("text/javascript", 503)],
    ["a log-in page of somebody's Wi-Fi", () => script("text/html")],
  ])("is not imported after %s, and asked for again", async (_, spoilt) => {
    const file = `assets/again-${_.length}.js`;
    const importIt = vi.fn(async () => "module");
    answer = spoilt;
    await expect(bring(importIt, [file])).rejects.toBeInstanceOf(NotCome);
    expect(importIt).not.toHaveBeenCalled();
    answer = () => script();
    expect(await bring(importIt, [file])).toBe("module");
  });

  it("that came and cannot be run is another failure", async () => {
    const broken = bring(() => Promise.reject(new TypeError("error loading")), ["assets/broken.js"]);
    await expect(broken).rejects.not.toBeInstanceOf(NotCome);
  });
});
