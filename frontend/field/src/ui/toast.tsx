import { useEffect, useState } from "preact/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "./preferences";

interface Toast {
  readonly text: string;
  readonly undo: (() => void) | null;
}

const SHOWN_FOR = 8_000;
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
    const timer = setTimeout(() => setCurrent(null), SHOWN_FOR);
    return () => clearTimeout(timer);
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
