/** Written by `scripts/reader-files.ts` at build time. */
declare module "virtual:reader-files" {
  /** The pieces of one file, in order: where each lies, its bytes on the way (compressed), and its size when it is there. */
  export type Files = readonly { readonly address: string; readonly bytes: number; readonly size: number }[];
  export const PROGRAM: Files;
  export const PROGRAM_WITHOUT_SIMD: Files;
  export const MODEL: Files;
}
