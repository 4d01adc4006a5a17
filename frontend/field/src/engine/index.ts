/** The one instance of the engine that screens import. */
export * from "./contract";
export { engine } from "./engine";
