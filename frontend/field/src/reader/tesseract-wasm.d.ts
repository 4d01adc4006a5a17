/** The part of tesseract-wasm that the reader uses; its own types are hidden behind its `exports`. */
declare module "tesseract-wasm" {
  export interface TextItem {
    readonly rect: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
    readonly flags: number;
    /** 0 to 1. */
    readonly confidence: number;
    readonly text: string;
  }
  export interface OCREngine {
    loadModel(model: ArrayBuffer): void;
    loadImage(image: Pick<ImageData, "width" | "height" | "data">): void;
    /** `onProgress` hears percent. */
    getTextBoxes(unit: "line" | "word", onProgress?: (percent: number) => void): TextItem[];
  }
  export function createOCREngine(options: { wasmBinary: ArrayBuffer }): Promise<OCREngine>;
  export const layoutFlags: { readonly StartOfLine: number; readonly EndOfLine: number };
}
