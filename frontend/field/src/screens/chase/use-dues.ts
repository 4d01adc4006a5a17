import { useEffect, useState } from "preact/hooks";
import { type DuesKept, type ErrorView, engine, type MemberView } from "../../engine";
import { type ChaseItem, chaseList, DUES_PATH, NO_DUES, readDues, withDues } from "../../engine/chase";
import { dayOf } from "../../i18n/format";
import { asErrorView } from "../../ui/error-notice";
import { useValue } from "../../ui/observe";

export interface Dues {
  /** Null until what is kept was read. */
  readonly kept: DuesKept | null;
  readonly today: string;
  readonly items: readonly ChaseItem[];
  readonly problem: ErrorView | null;
  readonly busy: boolean;
  reload(): void;
  change(how: (kept: DuesKept) => DuesKept): Promise<void>;
}

/** What is kept at once, and a newer copy from the server as soon as it comes; never older than an outcome not sent yet. */
export function useDues(): Dues {
  const [kept, setKept] = useState<DuesKept | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const { lastSyncAt } = useValue(engine.sync.state);
  const change: Dues["change"] = async (how) => setKept(await engine.learning.changeDues(how));
  const reload = () => {
    setBusy(true);
    fetchDues()
      .then((found) => {
        if (found !== null) setKept(found);
        setProblem(null);
      })
      .catch((failure: unknown) => setProblem(asErrorView(failure)))
      .finally(() => setBusy(false));
  };
  useEffect(() => {
    void engine.learning.findDues().then((found) => setKept(found ?? NO_DUES));
  }, [lastSyncAt]);
  useEffect(reload, []);
  const today = dayOf(engine.serverNow(), timezone);
  return { kept, today, items: kept === null ? [] : chaseList(kept, today), problem, busy, reload, change };
}

/** Null while outcomes of this phone wait: the server's copy would not know them. */
async function fetchDues(): Promise<DuesKept | null> {
  if (engine.outbox.list.get().some((op) => op.kind === "visit_outcome" && op.status === "unsent")) return null;
  const askedAt = Date.now();
  const told = readDues(await engine.learning.ask(DUES_PATH));
  return await engine.learning.changeDues((kept) => withDues(kept, told, askedAt));
}

/** Names and numbers of those on the list, as the phone knows them. */
export function useMembers(ids: readonly string[]): ReadonlyMap<string, MemberView> {
  const [found, setFound] = useState<ReadonlyMap<string, MemberView>>(new Map());
  const revision = useValue(engine.members.revision);
  const key = ids.join();
  useEffect(() => {
    let isOver = false;
    void Promise.all(ids.map((id) => engine.members.find(id))).then((members) => {
      if (!isOver)
        setFound(new Map(members.flatMap((one, at) => (one === null ? [] : [[ids[at] ?? "", one] as const]))));
    });
    return () => {
      isOver = true;
    };
  }, [key, revision]);
  return found;
}
