import type { OpView } from "../engine";

/** Not confirmed by the server; refused, to be read; and safe at the server, still on the way. */
export function groupOps(ops: readonly OpView[]): Record<"waiting" | "decided" | "atServer", readonly OpView[]> {
  const waiting = ops.filter((op) => op.status === "unsent" || op.status === "invalid");
  const decided = ops.filter((op) => op.status === "rejected" || op.status === "conflict");
  const rest = ops.filter((op) => !waiting.includes(op) && !decided.includes(op));
  return { waiting, decided, atServer: rest };
}
