/** What page and worker of the card reader say to each other. */
import type { ReaderFiles } from "./files";
import type { Findings } from "./read";

export interface Task extends ReaderFiles {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export type Report =
  | { readonly kind: "part"; readonly part: number }
  | { readonly kind: "done"; readonly findings: Findings }
  /** The browser or its policy does not let the program run. */
  | { readonly kind: "failed"; readonly reason: string };
