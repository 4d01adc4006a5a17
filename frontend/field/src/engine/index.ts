/** The one instance of the engine that screens import. */
import type { Engine } from "./contract";
import { FieldEngine } from "./engine";
import { browserSurroundings } from "./surroundings";

export * from "./contract";

declare const __APP_VERSION__: string;

export const engine: Engine = new FieldEngine({
  around: browserSurroundings(__APP_VERSION__),
  workerScript: import.meta.env.PROD ? `${import.meta.env.BASE_URL}sw.js` : null,
});
