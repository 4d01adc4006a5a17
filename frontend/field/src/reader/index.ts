/**
 * Reads an Indonesian ID card (KTP) from a picture, on the phone and without network, as a help and never as truth.
 * Nothing of the picture leaves the page's own worker, and the worker may speak to nobody (its Content-Security-Policy).
 */
import { EngineError } from "../engine/contract";
import type { ReadCard, ReadOptions } from "./contract";
import { aborted, fetchReader, openReader, stopIfAborted, workerAddress } from "./files";
import { judge } from "./judge";
import type { Report, Task } from "./messages";
import { pixelsOf } from "./picture";
import type { Findings } from "./read";

export * from "./contract";
export { dropReader, fetchReader, missingBytes, readerState } from "./files";

/**
 * Downloads the reader first where it is not on this phone. Raises what the signal gives when it is aborted, and
 * `reader_missing` (not downloaded and no line), `unsupported`, `photo_unreadable`, `storage_full`.
 */
export async function readCard(picture: Blob, options: ReadOptions): Promise<ReadCard> {
  const { signal, onProgress } = options;
  await fetchReader(signal, (part) => onProgress(part, "download"));
  onProgress(0, "read");
  const files = await openReader();
  const pixels = await pixelsOf(picture);
  stopIfAborted(signal);
  const findings = await work({ ...files, ...pixels }, signal, (part) => onProgress(part, "read"));
  return judge(findings, options);
}

/** One worker for one picture: its memory is freed when it ends, however it ends. */
function work(task: Task, signal: AbortSignal, onPart: (part: number) => void): Promise<Findings> {
  const worker = new Worker(workerAddress);
  const ended = new Promise<Findings>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(aborted(signal)), { once: true });
    // Its script is not there: the service worker keeps it, but this page was opened before there was one.
    worker.addEventListener("error", () => reject(new EngineError("reader_missing")));
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
      if (data.kind === "part") onPart(data.part);
      else if (data.kind === "done") resolve(data.findings);
      else reject(new EngineError("unsupported", null, data.reason));
    });
  });
  worker.postMessage(task, [task.program, task.model, task.rgba.buffer]);
  return ended.finally(() => worker.terminate());
}
