/** Written by `scripts/reader-files.ts` at build time. */
declare module "virtual:reader-files" {
  /** The pieces of one file, in order: where each lies, and its bytes on the way. */
  export type Files = readonly { readonly address: string; readonly bytes: number }[];
  export const PROGRAM: Files;
  export const PROGRAM_WITHOUT_SIMD: Files;
  export const MODEL: Files;
}
