import { useEffect, useState } from "preact/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "./preferences";

interface Toast {
  readonly text: string;
  readonly undo: (() => void) | null;
}

const SHOWN_FOR = 8_000;
/** By then it was read, or belongs to the screen before: it would lie on the next one's buttons. One with a way back stays. */
const READ_AFTER = 1_500;
let show: (toast: Toast) => void = () => undefined;

/** Says shortly, at the bottom, what was done; with a way back where there is one. */
export function toast(text: string, undo: (() => void) | null = null): void {
  show({ text, undo });
}

export function ToastPlace() {
  const t = useTexts(commonTexts);
  const [current, setCurrent] = useState<Toast | null>(null);
  useEffect(() => {
    show = setCurrent;
    return () => {
      show = () => undefined;
    };
  }, []);
  useEffect(() => {
    if (!current) return;
    const begun = Date.now();
    const timer = setTimeout(() => setCurrent(null), SHOWN_FOR);
    const leave = () => {
      if (current.undo === null && Date.now() - begun >= READ_AFTER) setCurrent(null);
    };
    addEventListener("hashchange", leave);
    return () => {
      clearTimeout(timer);
      removeEventListener("hashchange", leave);
    };
  }, [current]);
  const undo = () => {
    current?.undo?.();
    setCurrent(null);
  };
  return (
    <div class="toast-place" role="status">
      {current && (
        <div class="toast" data-testid="toast">
          <span>{current.text}</span>
          {current.undo && (
            <button type="button" onClick={undo} data-testid="toast-undo">
              {t.undo}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
