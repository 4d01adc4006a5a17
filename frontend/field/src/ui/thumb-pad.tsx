import { useEffect, useRef, useState } from "preact/hooks";
import { PAD, type Touch, thumbMark } from "./thumb-mark";

interface Props {
  readonly id: string;
  readonly labels: { readonly empty: string; readonly holding: string; readonly done: string };
  /** SVG path data in a box of 320 x 140, or an empty text. */
  readonly value: string;
  readonly onValue: (path: string) => void;
}

/** How long a thumb must lie: longer than a touch by mistake. */
const HOLD = 900;
const STEP = 100;

/** A box on which a thumb is held until its mark is whole; let go before, and nothing is noted. A key held does the same. */
export function ThumbPad({ id, labels, value, onValue }: Props) {
  const [held, setHeld] = useState<{ touch: Touch; since: number } | null>(null);
  const [part, setPart] = useState(0);
  const surface = useRef<HTMLButtonElement>(null);
  const done = useRef(onValue);
  done.current = onValue;
  useEffect(() => {
    if (!held) return;
    const timer = setInterval(() => {
      const now = Math.min(1, (Date.now() - held.since) / HOLD);
      setPart(now);
      if (now < 1) return;
      navigator.vibrate?.(60);
      done.current(thumbMark(held.touch, 1));
      setHeld(null);
    }, STEP);
    return () => clearInterval(timer);
  }, [held]);
  const begin = (touch: Touch) => {
    setPart(0);
    setHeld({ touch, since: Date.now() });
  };
  const press = (event: PointerEvent) => {
    surface.current?.setPointerCapture(event.pointerId);
    begin(touchOf(event, surface.current?.getBoundingClientRect()));
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat && !held) begin({ x: PAD.width / 2, y: PAD.height / 2, rx: 0, ry: 0 });
  };
  const letGo = () => setHeld(null);
  const told = held ? labels.holding : value ? labels.done : labels.empty;
  return (
    <button
      type="button"
      id={id}
      ref={surface}
      class="signature thumb"
      aria-describedby={`${id}-hint`}
      data-testid={id}
      data-done={value !== ""}
      onPointerDown={press}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onKeyDown={key}
      onKeyUp={letGo}
      onContextMenu={(event) => event.preventDefault()}
    >
      <svg viewBox={`0 0 ${PAD.width} ${PAD.height}`} aria-hidden="true">
        <path d={held ? thumbMark(held.touch, part) : value} class="signature__ink" />
      </svg>
      <span class="thumb__told" role="status">
        {told}
      </span>
    </button>
  );
}

function touchOf(event: PointerEvent, box: DOMRect | undefined): Touch {
  const scale = box && box.width > 0 ? PAD.width / box.width : 1;
  return {
    x: (event.clientX - (box?.left ?? 0)) * scale,
    y: Math.min(PAD.height, (event.clientY - (box?.top ?? 0)) * scale),
    rx: ((event.width || 0) / 2) * scale,
    ry: ((event.height || 0) / 2) * scale,
  };
}
