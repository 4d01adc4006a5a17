import { useEffect, useRef } from "preact/hooks";
import { type ErrorView, engine } from "../engine";
import { scanWithCamera } from "../engine/scanner";
import { Button } from "./button";
import { asErrorView } from "./error-notice";

interface CodeScannerProps {
  /** The code in what the camera read, or null where it is none of ours. */
  readonly read: (text: string) => string | null;
  /** Said while the camera looks. */
  readonly says: string;
  readonly stop: string;
  readonly onFound: (code: string) => void;
  readonly onStop: () => void;
  readonly onProblem: (problem: ErrorView) => void;
}

/** The camera looks for a code until one is found or the agent stops it; the phone does not lock meanwhile. */
export function CodeScanner({ read, says, stop, onFound, onStop, onProblem }: CodeScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  // The camera starts once, when this appears.
  useEffect(() => {
    const stopping = new AbortController();
    const release = engine.lock.hold();
    if (video.current) {
      scanWithCamera(video.current, stopping.signal, read).then(onFound, (failure: unknown) => {
        if (stopping.signal.aborted) return;
        onProblem(asErrorView(failure));
        onStop();
      });
    }
    return () => {
      stopping.abort();
      release();
    };
  }, []);
  return (
    <div class="scanner">
      <p role="status">{says}</p>
      <video ref={video} playsInline muted class="scanner__video" data-testid="scanner" />
      <Button icon="cross" wide onPress={onStop}>
        {stop}
      </Button>
    </div>
  );
}
