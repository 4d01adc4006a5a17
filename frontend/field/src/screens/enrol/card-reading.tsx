import { useEffect, useRef, useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { photoTexts } from "../../i18n/enrol-photo";
import { readerTexts } from "../../i18n/reader";
import { minutesOnSlowLine } from "../../reader/line";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useLoaded } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { useFilling } from "./context";
import type { Form } from "./form";
import { foundOn, villageOf } from "./from-card";
import { type FillableField, type Found, fillEmpty } from "./marks";
import { prefilled } from "./numbers";

type Progress = { readonly part: number; readonly what: "download" | "read" };
type Outcome = { readonly count: number; readonly advice: "closer" | null };

/** Loaded only when it is looked for: the reader is no part of the app's first load. */
const loadReader = () => import("../../reader");

/** A help, never the truth: fills what is empty from the picture, and marks it until the agent has looked. */
export function CardReading({ picture }: { picture: Blob }) {
  const t = useTexts(photoTexts);
  const common = useTexts(commonTexts);
  const reader = useLoaded(async () => {
    const { missingBytes, readerState } = await loadReader();
    return { state: await readerState(), bytes: await missingBytes() };
  }, []);
  const reading = useReading(picture);
  if (reader.state !== "done" || reader.value.state === "unsupported") return null;
  const { progress, problem, outcome } = reading;
  return (
    <div class="stack stack--tight" data-testid="card-reading">
      {problem && <ErrorNotice error={problem} testid="read-error" />}
      <div role="status">
        {progress && (
          <p>{progress.what === "download" ? t.readLoading(percent(progress)) : t.reading(percent(progress))}</p>
        )}
        {outcome && (
          <Notice tone={outcome.count > 0 ? "needs" : "note"} icon="eye" testid="read-outcome">
            <p>{outcome.count > 0 ? t.readDone(outcome.count) : t.readNothing}</p>
            {outcome.advice === "closer" && <p>{t.readCloser}</p>}
          </Notice>
        )}
      </div>
      {progress ? (
        <>
          <progress max={1} value={progress.part} aria-label={t.read} />
          <Button kind="quiet" icon="cross" onPress={reading.stop} testid="read-stop">
            {common.cancel}
          </Button>
        </>
      ) : (
        <>
          {reader.value.state === "absent" && !outcome && <SlowLine bytes={reader.value.bytes} />}
          <Button icon="eye" onPress={() => void reading.start()} testid="read-card">
            {reader.value.state === "absent" && !outcome ? t.readFirst(megabytes(reader.value.bytes)) : t.read}
          </Button>
        </>
      )}
    </div>
  );
}

/** On a slow or costly line it is said how long the download takes, before it is asked for. */
function SlowLine({ bytes }: { bytes: number }) {
  const t = useTexts(readerTexts);
  const minutes = minutesOnSlowLine(bytes);
  return minutes === null ? null : (
    <p class="field__hint" data-testid="read-slow">
      {t.slow(minutes)}
    </p>
  );
}

function percent({ part }: Progress): number {
  return Math.round(part * 100);
}

/** `1,9` */
function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1).replace(".", ",");
}

function useReading(picture: Blob) {
  const { draft, form, change, rules, today, asBefore } = useFilling();
  const [progress, setProgress] = useState<Progress | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = useRef<AbortController | null>(null);
  // What the agent types while the picture is read must not be filled over.
  const latest = useRef(form);
  // Where the worker before lived is a guess: what stands on the card is better.
  latest.current = asBefore.region && draft.series === null ? { ...form, region: null } : form;
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const stopping = new AbortController();
    running.current = stopping;
    setProblem(null);
    setOutcome(null);
    setProgress({ part: 0, what: "read" });
    try {
      const { readCard } = await loadReader();
      const onProgress = (part: number, what: Progress["what"]) => setProgress({ part, what });
      const card = await readCard(picture, { rules: rules.nik, on: today, signal: stopping.signal, onProgress });
      const found = foundOn(card, await villageOf(card, (text, limit) => engine.reference.searchVillages(text, limit)));
      const patch = withNik(latest.current, found, { rules, today });
      change(patch);
      setOutcome({ count: (patch.read?.length ?? 0) - latest.current.read.length, advice: card.advice });
    } catch (error) {
      if (!stopping.signal.aborted) setProblem(asErrorView(error));
    }
    setProgress(null);
  };
  return { start, stop: () => running.current?.abort(), progress, problem, outcome };
}

/** A NIK that was read says birth date and sex where the card itself could not be read: as doubtful as the NIK. */
function withNik(form: Form, found: Found, against: Parameters<typeof prefilled>[2]): Partial<Form> {
  const patch = fillEmpty(form, found);
  if (patch.nik === undefined) return patch;
  const derived = prefilled({ ...form, ...patch, nik: form.nik }, patch.nik, against);
  const marks: FillableField[] = [
    ...(derived.birth && !patch.birth ? (["birth_date"] as const) : []),
    ...(derived.sex && !patch.sex ? (["sex"] as const) : []),
  ];
  const read = patch.read ?? form.read;
  const { birth = derived.birth, sex = derived.sex } = patch;
  return {
    ...patch,
    ...(birth ? { birth } : {}),
    ...(sex ? { sex } : {}),
    read: [...read, ...marks.filter((mark) => !read.includes(mark))],
  };
}
