import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { slipTexts } from "../../i18n/slip";
import { Button } from "../../ui/button";
import type { Tone } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { lastPrinter, PrintError, type PrintFailure, print } from "./printer";

type Texts = (typeof slipTexts)["id"];

export interface Told {
  readonly tone: Tone;
  readonly text: string;
}

const FAILURES: Record<Exclude<PrintFailure, "cancelled">, keyof Texts & `print${string}`> = {
  off: "printOff",
  refused: "printRefused",
  unknown: "printUnknown",
  missing: "printMissing",
  stopped: "printStopped",
};

interface Props {
  readonly bytes: () => Promise<Uint8Array>;
  readonly onTold: (told: Told | null) => void;
  /** Of the buttons: `slip` gives `slip-print` and `slip-print-other`. */
  readonly testid: string;
}

/** Prints on the printer used last; another one can be chosen. What failed is said, and can be tried again. */
export function PrintButtons({ bytes, onTold, testid }: Props) {
  const t = useTexts(slipTexts);
  const [busy, setBusy] = useState(false);
  const last = lastPrinter();
  const start = async (choose: boolean) => {
    setBusy(true);
    onTold({ tone: "note", text: t.connecting });
    const release = engine.lock.hold();
    try {
      await print(await bytes(), choose);
      onTold({ tone: "done", text: t.printed });
    } catch (error) {
      const failure = error instanceof PrintError ? error.failure : "off";
      onTold(failure === "cancelled" ? null : { tone: "needs", text: t[FAILURES[failure]] });
    } finally {
      release();
      setBusy(false);
    }
  };
  return (
    <>
      <Button icon="printer" busy={busy} onPress={() => void start(false)} testid={`${testid}-print`}>
        {last === null ? t.print : t.againOn(last)}
      </Button>
      {last !== null && (
        <Button kind="quiet" busy={busy} onPress={() => void start(true)} testid={`${testid}-print-other`}>
          {t.printOther}
        </Button>
      )}
    </>
  );
}
