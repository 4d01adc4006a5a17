import { EngineError } from "../engine/contract";

function names(failure: unknown): string[] {
  const found: string[] = [];
  let at: unknown = failure;
  for (let depth = 0; depth < 4 && typeof at === "object" && at !== null; depth += 1) {
    const { name, inner, cause } = at as { name?: unknown; inner?: unknown; cause?: unknown };
    if (typeof name === "string") found.push(name);
    at = inner ?? cause;
  }
  return found;
}

/** Every failure of the phone's storage as an `EngineError`: `storage_full` or `storage_failed`. */
export function storageFailure(failure: unknown): EngineError {
  if (failure instanceof EngineError) return failure;
  const full = names(failure).some((name) => name === "QuotaExceededError");
  return new EngineError(full ? "storage_full" : "storage_failed", null, failure);
}

/** Runs a storage act and turns what goes wrong into an `EngineError`. */
export async function guarded<T>(act: () => PromiseLike<T>): Promise<T> {
  try {
    return await act();
  } catch (failure) {
    throw storageFailure(failure);
  }
}
