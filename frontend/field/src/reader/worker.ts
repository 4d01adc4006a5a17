/** The card reader in its own thread: reads one picture and is ended then, so that its memory goes back to the phone. */
import { createOCREngine, layoutFlags, type OCREngine } from "tesseract-wasm";
import { fromRgba, type Gray, toRgba } from "./gray";
import type { Report, Task } from "./messages";
import { readPicture } from "./read";
import type { Word } from "./rows";

const tell = (report: Report): void => self.postMessage(report);

self.addEventListener("message", (event: MessageEvent<Task>) => {
  run(event.data).catch((problem: unknown) => tell({ kind: "failed", reason: String(problem) }));
});

async function run({ program, model, width, height, rgba }: Task): Promise<void> {
  const engine = await createOCREngine({ wasmBinary: program });
  engine.loadModel(model);
  const print = (image: Gray, onPart: (part: number) => void) => wordsOf(engine, image, onPart);
  const findings = readPicture(print, fromRgba(width, height, rgba), (part) => tell({ kind: "part", part }));
  tell({ kind: "done", findings });
}

function wordsOf(engine: OCREngine, image: Gray, onPart: (part: number) => void): readonly Word[] {
  const { width, height } = image;
  engine.loadImage({ width, height, data: toRgba(image) });
  return engine
    .getTextBoxes("word", (percent) => onPart(percent / 100))
    .map(({ text, confidence, rect, flags }) => ({
      text: text.trim(),
      confidence,
      box: rect,
      starts: (flags & layoutFlags.StartOfLine) !== 0,
    }));
}
