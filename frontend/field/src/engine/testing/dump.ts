/** Everything that lies on the phone's flash, as text to search in: strings, and byte arrays read as UTF-8. */

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function getAll(db: IDBDatabase, store: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const request = db.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => resolve(request.result as unknown[]);
    request.onerror = () => reject(request.error);
  });
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value instanceof Uint8Array) return [new TextDecoder("latin1").decode(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => [name, ...texts(inner)]);
  return [String(value)];
}

/** By database and table; only of databases whose names begin with `prefix`. */
export async function dumpDatabases(prefix: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name = "" } of await indexedDB.databases()) {
    if (!name.startsWith(prefix)) continue;
    const db = await open(name);
    for (const store of db.objectStoreNames) found.set(`${name}/${store}`, texts(await getAll(db, store)).join("\n"));
    db.close();
  }
  return found;
}
