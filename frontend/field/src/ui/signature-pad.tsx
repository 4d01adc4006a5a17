import { useRef, useState } from "preact/hooks";

interface Props {
  readonly id: string;
  readonly label: string;
  /** SVG path data in a box of 320 x 140, or an empty text. */
  readonly value: string;
  readonly onValue: (path: string) => void;
}

const WIDTH = 320;
const HEIGHT = 140;
/** Room for the path in an enrolment (docs/device-protocol.md section 8). */
export const SIGNATURE_MAX_BYTES = 8 * 1024;
const STEP = 2.5;

/** Signing with a finger. Points closer than a step are left out; when the room is full, the stroke ends. */
export function SignaturePad({ id, label, value, onValue }: Props) {
  const surface = useRef<SVGSVGElement>(null);
  const last = useRef<{ x: number; y: number } | null>(null);
  const path = useRef(value);
  const [, redraw] = useState(0);
  if (last.current === null) path.current = value;

  const at = (event: PointerEvent) => {
    const box = surface.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return { x: Math.round(x), y: Math.round(y) };
  };
  const draw = (command: "M" | "L", point: { x: number; y: number }) => {
    const longer = `${path.current}${command}${point.x} ${point.y}`;
    if (longer.length > SIGNATURE_MAX_BYTES) return;
    path.current = longer;
    last.current = point;
    redraw((count) => count + 1);
  };
  const begin = (event: PointerEvent) => {
    surface.current?.setPointerCapture(event.pointerId);
    draw("M", at(event));
  };
  const move = (event: PointerEvent) => {
    if (!last.current) return;
    const point = at(event);
    if (Math.hypot(point.x - last.current.x, point.y - last.current.y) >= STEP) draw("L", point);
  };
  const end = () => {
    if (!last.current) return;
    last.current = null;
    onValue(path.current);
  };
  return (
    <svg
      id={id}
      ref={surface}
      class="signature"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
      tabIndex={-1}
      data-testid={id}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <line x1="16" y1="112" x2="304" y2="112" class="signature__line" />
      <path d={path.current} class="signature__ink" />
    </svg>
  );
}
