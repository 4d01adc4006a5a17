import { useEffect, useState } from "preact/hooks";
import { type ErrorView, engine, type OpView, type Place } from "../../engine";
import { readDigits } from "../../engine/courses/taking";
import { coursesTexts } from "../../i18n/courses";
import { Button } from "../../ui/button";
import { CodeScanner } from "../../ui/code-scanner";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";

const PLACE_MS = 8_000;

/** Where the phone is, looked for from the moment the screen opens: a code does not wait for satellites. */
function usePlace(): { place: Place | null; looking: boolean; settled: Promise<Place | null> } {
  const [settled] = useState(() => engine.locate(PLACE_MS));
  const [place, setPlace] = useState<Place | null>(null);
  const [looking, setLooking] = useState(true);
  useEffect(() => {
    void settled.then((found) => {
      setPlace(found);
      setLooking(false);
    });
  }, []);
  return { place, looking, settled };
}

export function AttendScreen({ digits }: { digits: string }) {
  const t = useTexts(coursesTexts);
  const { place, looking, settled } = usePlace();
  const [typed, setTyped] = useState(digits);
  const [short, setShort] = useState(false);
  const [scanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [op, setOp] = useState<OpView | null>(null);

  const send = async (text: string) => {
    const code = readDigits(text);
    setShort(code === null);
    if (code === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const kept = await engine.learning.append("attend", { code }, await settled, t.attendTitle);
      await engine.sync.now();
      setOp((await engine.learning.findOp(kept.id)) ?? kept);
    } catch (failure) {
      setProblem(asErrorView(failure));
    } finally {
      setBusy(false);
    }
  };
  const found = (code: string) => {
    setScanning(false);
    setTyped(code);
    void send(code);
  };
  return (
    <Page
      title={t.attendTitle}
      back={{ href: "#/courses", label: t.back }}
      testid="screen-attend"
      foot={
        <Button kind="primary" wide busy={busy} icon="check" onPress={() => void send(typed)} testid="attend-send">
          {busy ? t.attendSending : t.attendSend}
        </Button>
      }
    >
      <p>{t.attendBody}</p>
      {op && <Outcome op={op} />}
      {problem && <ErrorNotice error={problem} />}
      {!looking && place === null && (
        <Notice tone="needs" testid="no-place">
          <p>{t.noPlace}</p>
        </Notice>
      )}
      {scanning ? (
        <CodeScanner
          read={readDigits}
          says={t.scanning}
          stop={t.attendStop}
          onFound={found}
          onStop={() => setScanning(false)}
          onProblem={setProblem}
        />
      ) : (
        <>
          <Button icon="qr" wide onPress={() => setScanning(true)} testid="attend-scan">
            {t.attendScan}
          </Button>
          <TextField
            id="attend-code"
            label={t.attendCode}
            value={typed}
            onValue={setTyped}
            keyboard="numeric"
            enter="done"
            maxLength={9}
            code
            error={short ? t.attendShort : undefined}
          />
        </>
      )}
    </Page>
  );
}

function Outcome({ op }: { op: OpView }) {
  const t = useTexts(coursesTexts);
  if (op.status === "accepted") {
    const words: Record<string, string> = { flagged: t.attendFlagged, absent: t.attendAbsent };
    const state = op.result?.attendance ?? "present";
    const tone = state === "present" ? "done" : "needs";
    return <Notice tone={tone} live title={words[state] ?? t.attendPresent} testid="attend-result" />;
  }
  if (op.error && op.status === "rejected") {
    return <ErrorNotice error={op.error} title={t.attendRefused} testid="attend-refused" />;
  }
  return <Notice tone="needs" live title={t.attendKept} testid="attend-kept" />;
}
