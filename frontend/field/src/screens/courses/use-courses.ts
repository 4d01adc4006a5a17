import { useEffect, useState } from "preact/hooks";
import { type CourseList, type ErrorView, engine, type LearningKept } from "../../engine";
import { keepOnly, listWhole } from "../../engine/courses/content";
import { neededVersions, withList } from "../../engine/courses/taking";
import { asErrorView } from "../../ui/error-notice";

export interface Courses {
  /** Null until what is kept was read. */
  readonly kept: LearningKept | null;
  /** Versions that are wholly on the phone. */
  readonly whole: ReadonlySet<string>;
  readonly problem: ErrorView | null;
  readonly busy: boolean;
  reload(): void;
  change(how: (kept: LearningKept) => LearningKept): Promise<LearningKept>;
  /** Reads anew what is on the phone. */
  look(): Promise<void>;
}

const NOTHING: LearningKept = { list: null, fetchedAt: 0, takings: [] };

/** What is kept at once, and a newer list from the server as soon as it comes. */
export function useCourses(): Courses {
  const [kept, setKept] = useState<LearningKept | null>(null);
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async () => setWhole(await listWhole());
  const change: Courses["change"] = async (how) => {
    const changed = await engine.learning.change(how);
    setKept(changed);
    return changed;
  };
  const reload = () => {
    setBusy(true);
    fetchList()
      .then(async (renewed) => {
        setKept(renewed);
        setProblem(null);
        await keepOnly(neededVersions(renewed));
        await look();
      })
      .catch((failure: unknown) => setProblem(asErrorView(failure)))
      .finally(() => setBusy(false));
  };
  useEffect(() => {
    void engine.learning.find().then((found) => setKept(found ?? NOTHING));
    void look().catch((failure: unknown) => setProblem(asErrorView(failure)));
    reload();
    return followRounds(reload);
  }, []);
  return { kept, whole, problem, busy, reload, change, look };
}

/** Fetches the list of courses and keeps it. */
export async function fetchList(): Promise<LearningKept> {
  const list = (await engine.learning.ask("/api/v1/training/courses")) as CourseList;
  const unsent = engine.outbox.list.get().some((op) => op.kind === "course_progress" && op.status !== "rejected");
  return await engine.learning.change((kept) => withList(kept, list, unsent, Date.now()));
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
