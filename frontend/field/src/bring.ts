/**
 * Brings the files of a dynamic `import()` whole before it is imported. A browser remembers an import that failed and fails again
 * at once for as long as the page lives, also when the line has long been back; `fetch` forgets. The import then takes the files
 * out of the browser's cache, where they stay, for their names change with what is in them.
 *
 * The build makes every `import()` call it (`scripts/bring-first.ts`), with what that needs, relative to the app's base.
 */

const KINDS: Readonly<Record<string, RegExp>> = { js: /javascript/, css: /css/ };
const coming = new Map<string, Promise<void>>();

/** A file has not come, or something else in its place: no line, or a log-in page of somebody's Wi-Fi. May be tried again. */
export class NotCome extends Error {}

export async function bring<Module>(importIt: () => Promise<Module>, files: readonly string[] = []): Promise<Module> {
  await Promise.all(files.map((file) => bringOnce(import.meta.env.BASE_URL + file)));
  return importIt();
}

function bringOnce(address: string): Promise<void> {
  const known = coming.get(address);
  if (known) return known;
  const begun = isInPage(address) ? Promise.resolve() : bringFile(address);
  coming.set(address, begun);
  begun.catch(() => coming.delete(address));
  return begun;
}

/** The page itself asked for it. */
function isInPage(address: string): boolean {
  return document.querySelector(`script[src="${address}"], link[href="${address}"]`) !== null;
}

async function bringFile(address: string): Promise<void> {
  const kind = address.slice(address.lastIndexOf(".") + 1);
  try {
    const answer = await fetch(address);
    const type = answer.headers.get("content-type") ?? "";
    if (!answer.ok || !KINDS[kind]?.test(type)) throw new Error(`${answer.status} ${type}`);
    await answer.arrayBuffer();
    if (kind === "css") await useStyle(address);
  } catch (failure) {
    throw new NotCome(`${address}: ${String(failure)}`);
  }
}

function useStyle(address: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  return new Promise((done, failed) => {
    link.onload = () => done();
    link.onerror = () => {
      link.remove();
      failed(new Error("style"));
    };
    document.head.append(link);
  });
}
