/** Gives files to another app, or to the phone's downloads where no app can be asked. */
import { engine } from "../engine";

/** Browsers share files of few kinds: under this name the same file passes as text, and the office reads it all the same. */
function asText(file: File): File {
  return new File([file], `${file.name}.txt`, { type: "text/plain" });
}

function findShareable(files: readonly File[]): File[] | null {
  const ways = [[...files], files.map(asText)];
  return ways.find((some) => navigator.canShare?.({ files: some }) === true) ?? null;
}

function save(file: File): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // The download has begun by then; the address would keep the bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** `closed`: the agent changed their mind in the share sheet. */
export async function handOver(files: readonly File[]): Promise<"shared" | "saved" | "closed"> {
  const shareable = findShareable(files);
  const release = engine.lock.hold();
  try {
    if (shareable !== null) {
      await navigator.share({ files: shareable });
      return "shared";
    }
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") return "closed";
  } finally {
    release();
  }
  for (const file of files) save(file);
  return "saved";
}
