interface Props {
  readonly done: number;
  readonly target: number;
  /** Captured on this phone and counted by nobody yet: after what is done, in another colour. */
  readonly waiting?: number;
  readonly label: string;
}

const RADIUS = 42;
const AROUND = 2 * Math.PI * RADIUS;

/** How far along a target is: a ring with the share in words inside; the words alone are enough. */
export function Ring({ done, target, waiting = 0, label }: Props) {
  const share = (count: number) => (target > 0 ? Math.min(count / target, 1) : 0);
  const [from, to] = [share(done), share(done + waiting)];
  return (
    <div class="ring">
      <svg viewBox="0 0 100 100" role="img" aria-label={label}>
        <circle class="ring__track" cx="50" cy="50" r={RADIUS} />
        {to > from && <circle class="ring__waiting" {...arc(from, to - from)} />}
        <circle class="ring__done" {...arc(0, from)} />
        <text x="50" y="48" class="ring__number">
          {done}
        </text>
        <text x="50" y="66" class="ring__of">
          / {target}
        </text>
      </svg>
    </div>
  );
}

/** A part of the ring from a share on, from the top. */
function arc(from: number, share: number) {
  return {
    cx: "50",
    cy: "50",
    r: RADIUS,
    "stroke-dasharray": `${AROUND * share} ${AROUND}`,
    transform: `rotate(${360 * from - 90} 50 50)`,
  };
}
