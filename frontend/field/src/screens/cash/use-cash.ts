/** What is kept of the agent's cash, and a newer copy from the server as soon as one comes. */
import { useEffect, useState } from "preact/hooks";
import { type CashKept, type ErrorView, engine } from "../../engine";
import { CASH_PATH, readState, withState } from "../../engine/cash";
import { asErrorView } from "../../ui/error-notice";
import { carryOn } from "./acts";

export interface Cash {
  /** Null until what is kept was read. */
  readonly kept: CashKept | null;
  readonly problem: ErrorView | null;
  reload(): Promise<void>;
  /** Reads anew what is on the phone. */
  look(): Promise<void>;
}

const NOTHING: CashKept = { state: null, fetchedAt: 0, made: [] };

export function useCash(): Cash {
  const [kept, setKept] = useState<CashKept | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const look = async () => setKept((await engine.learning.findCash()) ?? NOTHING);
  const reload = async () => {
    try {
      await fetchState();
      setProblem(null);
    } catch (failure) {
      setProblem(asErrorView(failure));
    }
    await look();
  };
  useEffect(() => {
    void look()
      .then(carryOn)
      .then(reload)
      .catch((failure: unknown) => setProblem(asErrorView(failure)));
    return followRounds(() => void reload());
  }, []);
  return { kept, problem, reload, look };
}

export async function fetchState(): Promise<void> {
  const state = readState(await engine.learning.ask(CASH_PATH));
  if (state !== null) await engine.learning.changeCash((kept) => withState(kept, state, engine.serverNow()));
}

/** After a round of sync that sent something the server knows more. */
function followRounds(reload: () => void): () => void {
  let { unsent } = engine.sync.state.get();
  return engine.sync.state.subscribe(() => {
    const now = engine.sync.state.get().unsent;
    if (now < unsent) reload();
    unsent = now;
  });
}
