import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export type Tone = "done" | "needs" | "stop" | "note";

const ICONS: Record<Tone, IconName> = { done: "check", needs: "warning", stop: "cross", note: "info" };

interface NoticeProps {
  readonly tone: Tone;
  readonly title?: string;
  readonly icon?: IconName;
  /** Spoken by screen readers when it appears. */
  readonly live?: boolean;
  readonly testid?: string;
  readonly children?: ComponentChildren;
}

/** Something to know, in a coloured box with an icon and words; never colour alone. */
export function Notice({ tone, title, icon, live = false, testid, children }: NoticeProps) {
  return (
    <div class={`notice notice--${tone}`} role={live ? "status" : undefined} data-testid={testid}>
      <Icon name={icon ?? ICONS[tone]} />
      <div class="notice__body">
        {title && <p class="notice__title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

/** State in one word with its icon. */
export function Badge({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`badge badge--${tone}`}>
      <Icon name={icon ?? ICONS[tone]} size={18} />
      <span>{children}</span>
    </span>
  );
}
