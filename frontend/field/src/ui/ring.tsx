/** How far along a target is: a ring with the share in words inside; the words alone are enough. */
export function Ring({ done, target, label }: { done: number; target: number; label: string }) {
  const share = target > 0 ? Math.min(done / target, 1) : 0;
  const radius = 42;
  const around = 2 * Math.PI * radius;
  return (
    <div class="ring">
      <svg viewBox="0 0 100 100" role="img" aria-label={label}>
        <circle class="ring__track" cx="50" cy="50" r={radius} />
        <circle
          class="ring__done"
          cx="50"
          cy="50"
          r={radius}
          stroke-dasharray={`${around * share} ${around}`}
          transform="rotate(-90 50 50)"
        />
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
