/** Requests in the name of whoever's profile is open: an answer that comes when another's is open is nobody's. */
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { type Ask, Http, type Reply } from "./http";
import type { Surroundings } from "./surroundings";

export class OwnHttp extends Http {
  constructor(
    around: Surroundings,
    private readonly storage: Pick<Storage, "session">,
  ) {
    super(around);
  }

  /** Rejects with `locked` where the profile has changed meanwhile, whatever the answer or refusal was. */
  override async ask(ask: Ask): Promise<Reply> {
    const { session } = this.storage;
    try {
      return await super.ask(ask);
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: neither answer nor refusal may reach the other profile
      if (this.storage.session !== session) throw new EngineError("locked");
    }
  }
}
