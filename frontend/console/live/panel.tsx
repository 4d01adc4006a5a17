import type { ComponentChildren } from "preact";

/** A part of the screen. Its title says what it found; the hint says what the numbers are. */
export function Panel(props: { title: string; hint?: string; class?: string; children: ComponentChildren }) {
  return (
    <section class={`card live-panel ${props.class ?? ""}`}>
      <h2 class="live-title">{props.title}</h2>
      {props.hint && <p class="live-hint">{props.hint}</p>}
      {props.children}
    </section>
  );
}
