import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { engine } from "../../engine";
import { lockTexts } from "../../i18n/lock";
import { Icon } from "../../ui/icon";
import { useTexts } from "../../ui/preferences";

export const PIN_LENGTH = 6;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

interface Props {
  /** Told when the last digit is entered; the digits are gone from the screen when it has ended. */
  readonly onPin: (pin: string) => Promise<void> | void;
  readonly label: string;
  readonly busyText: string;
  /** While there is a wait. */
  readonly disabled?: boolean;
  /** What went wrong before; spoken when it appears. */
  readonly children?: ComponentChildren;
}

/** Six dots and a number pad within reach of the thumb. What is entered is never shown nor spoken, only how much. */
export function PinEntry({ onPin, label, busyText, disabled = false, children }: Props) {
  const t = useTexts(lockTexts);
  const { count, busy, press, erase } = useDigits(onPin, disabled);
  useKeyboard(press, erase);
  // A new version of the app waits until the number is whole: its start would take the digits away.
  const begun = count > 0;
  useEffect(() => (begun ? engine.updates.holdForForm() : undefined), [begun]);
  return (
    <div class="pin" data-testid="pin-entry" data-count={count}>
      <p class="pin__label" id="pin-label">
        {label}
      </p>
      <p class="pin__dots" aria-hidden="true">
        {Array.from({ length: PIN_LENGTH }, (_, place) => (
          <span key={place} class={place < count ? "pin__dot pin__dot--full" : "pin__dot"} />
        ))}
      </p>
      <p class="visually-hidden" role="status">
        {busy ? busyText : t.filled(count)}
      </p>
      <div class="pin__message">{busy ? <p>{busyText}</p> : children}</div>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons, not fields of a form */}
      <div class="pin__pad" role="group" aria-label={t.pad}>
        {KEYS.map((digit) => (
          <Key key={digit} digit={digit} onPress={press} onUndo={erase} disabled={disabled || busy} />
        ))}
        <span />
        <Key digit="0" onPress={press} onUndo={erase} disabled={disabled || busy} />
        <button
          type="button"
          class="pin__key pin__key--erase"
          aria-label={t.erase}
          disabled={busy || count === 0}
          onClick={erase}
          data-testid="pin-erase"
        >
          <Icon name="back" />
        </button>
      </div>
    </div>
  );
}

interface KeyProps {
  readonly digit: string;
  readonly onPress: (digit: string) => void;
  /** The touch was no press: the screen was moved with it. */
  readonly onUndo: () => void;
  readonly disabled: boolean;
}

/**
 * Pressed when the finger comes down. Where a second thumb is down before the first has left, or the screen has moved in
 * between, browsers make no click, and the digit would be lost. A click that is not of a pointer is one of a screen reader.
 */
function Key({ digit, onPress, onUndo, disabled }: KeyProps) {
  const touch = useRef<number | null>(null);
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    touch.current = event.pointerId;
    onPress(digit);
  };
  const cancel = (event: PointerEvent): void => {
    if (touch.current === event.pointerId) onUndo();
    touch.current = null;
  };
  return (
    <button
      type="button"
      class="pin__key"
      disabled={disabled}
      onPointerDown={down}
      onPointerCancel={cancel}
      onClick={(event) => event.detail === 0 && onPress(digit)}
      data-testid={`pin-${digit}`}
    >
      {digit}
    </button>
  );
}

/** The digits live outside of what is drawn: fast thumbs press twice between two drawings. */
function useDigits(onPin: Props["onPin"], disabled: boolean) {
  const digits = useRef("");
  const [count, setCount] = useState(0);
  const [busy, setBusy] = useState(false);
  const show = (): void => setCount(digits.current.length);
  const finish = async (): Promise<void> => {
    setBusy(true);
    try {
      await onPin(digits.current);
    } finally {
      digits.current = "";
      show();
      setBusy(false);
    }
  };
  const press = (digit: string): void => {
    if (disabled || digits.current.length >= PIN_LENGTH) return;
    digits.current += digit;
    show();
    if (digits.current.length === PIN_LENGTH) void finish();
  };
  const erase = (): void => {
    if (digits.current.length >= PIN_LENGTH) return;
    digits.current = digits.current.slice(0, -1);
    show();
  };
  return { count, busy, press, erase };
}

function useKeyboard(press: (digit: string) => void, erase: () => void): void {
  const latest = useRef({ press, erase });
  latest.current = { press, erase };
  useEffect(() => {
    const type = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^\d$/.test(event.key)) latest.current.press(event.key);
      if (event.key === "Backspace") latest.current.erase();
    };
    window.addEventListener("keydown", type);
    return () => window.removeEventListener("keydown", type);
  }, []);
}
