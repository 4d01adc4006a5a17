import { useEffect, useState } from "preact/hooks";
import { type ErrorView, engine, type GroupsKept } from "../../engine";
import { GROUPS_PATH, NO_GROUPS, readGroups, withGroups } from "../../engine/groups";
import { asErrorView } from "../../ui/error-notice";
import { useValue } from "../../ui/observe";

export interface Groups {
  /** Null until what is kept was read. */
  readonly kept: GroupsKept | null;
  readonly problem: ErrorView | null;
  readonly busy: boolean;
  reload(): void;
  change(how: (kept: GroupsKept) => GroupsKept): Promise<void>;
}

/** What is kept at once, and a newer copy from the server as soon as it comes. */
export function useGroups(): Groups {
  const [kept, setKept] = useState<GroupsKept | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const { lastSyncAt } = useValue(engine.sync.state);
  const reload = () => {
    setBusy(true);
    fetchGroups()
      .then((found) => {
        setKept(found);
        setProblem(null);
      })
      .catch((failure: unknown) => setProblem(asErrorView(failure)))
      .finally(() => setBusy(false));
  };
  useEffect(() => {
    void engine.learning.findGroups().then((found) => setKept(found ?? NO_GROUPS));
  }, []);
  useEffect(reload, [lastSyncAt]);
  return { kept, problem, busy, reload, change: async (how) => setKept(await engine.learning.changeGroups(how)) };
}

async function fetchGroups(): Promise<GroupsKept> {
  const askedAt = Date.now();
  const told = readGroups(await engine.learning.ask(GROUPS_PATH));
  return await engine.learning.changeGroups((kept) => withGroups(kept, told, askedAt));
}
