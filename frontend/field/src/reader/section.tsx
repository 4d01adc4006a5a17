import { useEffect, useRef, useState } from "preact/hooks";
import type { ErrorView } from "../engine";
import { commonTexts } from "../i18n/common";
import { readerTexts } from "../i18n/reader";
import { Button } from "../ui/button";
import { asErrorView, ErrorNotice } from "../ui/error-notice";
import { Notice } from "../ui/notice";
import { useLoaded } from "../ui/observe";
import { Section } from "../ui/page";
import { useTexts } from "../ui/preferences";
import { toast } from "../ui/toast";
import type { ReaderState } from "./contract";
import { minutesOnSlowLine } from "./line";

/** Its code is loaded when the settings are looked at, not before. */
const loadReader = () => import("./index");

interface Kept {
  readonly state: ReaderState;
  readonly bytes: number;
}

async function look(): Promise<Kept> {
  const { missingBytes, readerState } = await loadReader();
  return { state: await readerState(), bytes: await missingBytes() };
}

/** The card reader among the settings: says how large it is before it comes, and can be removed to make room. */
export function ReaderSection() {
  const t = useTexts(readerTexts);
  const [looks, setLooks] = useState(0);
  const kept = useLoaded(look, [looks]);
  if (kept.state !== "done") return null;
  const again = () => setLooks((count) => count + 1);
  const { state, bytes } = kept.value;
  const says = { ready: t.ready, absent: t.absent(megabytes(bytes)), unsupported: t.unsupported }[state];
  return (
    <Section title={t.title} testid="settings-reader">
      <p>{t.about}</p>
      <p data-testid="reader-state" data-state={state}>
        {says}
      </p>
      {state === "absent" && <Download bytes={bytes} onDone={again} />}
      {state === "ready" && <Drop onDone={again} />}
    </Section>
  );
}

function Download({ bytes, onDone }: { bytes: number; onDone: () => void }) {
  const t = useTexts(readerTexts);
  const common = useTexts(commonTexts);
  const { part, problem, start, stop } = useDownload(onDone);
  const minutes = minutesOnSlowLine(bytes);
  return (
    <div class="stack">
      {problem && <ErrorNotice error={problem} testid="reader-problem" />}
      {minutes !== null && part === null && (
        <Notice tone="needs" testid="reader-slow">
          <p>{t.slow(minutes)}</p>
        </Notice>
      )}
      <p role="status">{part !== null && t.downloading(Math.round(part * 100))}</p>
      {part === null ? (
        <Button icon="eye" wide onPress={() => void start()} testid="reader-download">
          {t.download(megabytes(bytes))}
        </Button>
      ) : (
        <>
          <progress max={1} value={part} aria-label={t.title} />
          <Button kind="quiet" icon="cross" wide onPress={stop} testid="reader-stop">
            {common.cancel}
          </Button>
        </>
      )}
    </div>
  );
}

function useDownload(onDone: () => void) {
  const [part, setPart] = useState<number | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const stopping = new AbortController();
    running.current = stopping;
    setProblem(null);
    setPart(0);
    try {
      const { fetchReader } = await loadReader();
      await fetchReader(stopping.signal, setPart);
    } catch (error) {
      if (!stopping.signal.aborted) setProblem(asErrorView(error));
    }
    setPart(null);
    onDone();
  };
  return { part, problem, start, stop: () => running.current?.abort() };
}

function Drop({ onDone }: { onDone: () => void }) {
  const t = useTexts(readerTexts);
  const drop = async () => {
    const { dropReader } = await loadReader();
    await dropReader();
    toast(t.dropped);
    onDone();
  };
  return (
    <Button icon="trash" wide onPress={() => void drop()} testid="reader-drop">
      {t.drop}
    </Button>
  );
}

/** `1,9` */
export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1).replace(".", ",");
}
