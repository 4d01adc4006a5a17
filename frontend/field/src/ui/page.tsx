import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

interface PageProps {
  readonly title: string;
  /** Where the arrow beside the title leads; none on the four main screens. */
  readonly back?: { readonly href: string; readonly label: string };
  readonly testid: string;
  /** What stays at the bottom within reach of the thumb. */
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}

/**
 * One screen: its title takes the focus when the screen opens, so that a screen reader begins there. The title of the
 * document stays as it is: it goes into the browser's history and the list of recent apps, and a member's name must not.
 */
export function Page({ title, back, testid, foot, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Another title means another screen or step. Before it is seen: nothing moves under a thumb.
  useLayoutEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <main class="frame" data-testid={testid}>
      <div class="page">
        <div class="page__head">
          {back && (
            <a class="page__back" href={back.href} aria-label={back.label} data-testid="back">
              <Icon name="back" />
            </a>
          )}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
        </div>
        {children}
      </div>
      {foot && <div class="foot">{foot}</div>}
    </main>
  );
}

export function Section({ title, children, testid }: { title: string; children: ComponentChildren; testid?: string }) {
  return (
    <section class="section" data-testid={testid}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Names and values, two columns that fold into one when the text is large. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name} class="facts__row">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A screen with nothing in it yet: what will be here and how to begin. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty" data-testid="empty">
      <Icon name="shield" size={48} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
