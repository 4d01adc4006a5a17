/** Puts together what a round of sync needs; the page and the service worker both do. */
import type { Storage } from "../storage/storage";
import { Attachments } from "./attachments";
import type { Changes } from "./changes";
import { EngineError } from "./contract";
import { Http } from "./http";
import { Leases } from "./leases";
import type { Locks } from "./locks";
import { OwnHttp } from "./own-http";
import { Pull } from "./pull";
import { Push } from "./push";
import { Reference } from "./reference";
import { SignedRequests } from "./signed";
import type { Surroundings } from "./surroundings";
import { Sync } from "./sync";
import { Time } from "./time";

export interface Rounds {
  readonly sync: Sync;
  readonly reference: Reference;
  readonly time: Time;
  readonly http: Http;
  readonly requests: SignedRequests;
  readonly leases: Leases;
}

/** Most phones have one agent and are open when they send: the courier is not part of the first load. */
function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load().catch((failure: unknown) => {
      loaded = null;
      throw new EngineError("unreachable", null, failure);
    });
    return loaded;
  };
}

export function makeRounds(storage: Storage, changes: Changes, locks: Locks, around: Surroundings): Rounds {
  const http = new Http(around);
  const time = new Time(storage.phone, around);
  const own = new OwnHttp(around, storage);
  const requests = new SignedRequests(storage, own, time);
  const reference = new Reference(storage.phone, http, changes, around);
  const push = new Push(storage, own, time, around);
  const leases = new Leases(storage, () => time.serverNow());
  const pull = new Pull(storage, requests, around, leases);
  const attachments = new Attachments(storage, requests, around);
  const courier = loadOnce(async () => new (await import("./courier")).Courier(storage.phone, http, around));
  const parts = { storage, courier, push, pull, attachments, reference, requests, time, locks, changes, around };
  const sync = new Sync(parts);
  return { sync, reference, time, http, requests, leases };
}
