import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: string | undefined;
  readonly children: ComponentChildren;
  /** Warnings, read-outs: shown below the control. */
  readonly below?: ComponentChildren;
}

/** Label above, hint and error between label and control, so that nothing hides behind the keyboard. */
function Frame({ id, label, hint, error, optional, children, below }: FrameProps) {
  return (
    <div class={error ? "field field--error" : "field"}>
      <label class="field__label" for={id}>
        {label} {optional && <span class="field__optional">({optional})</span>}
      </label>
      {hint && (
        <p class="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
      {children}
      {below}
    </div>
  );
}

export function FieldError({ id, error }: { id: string; error: string | undefined }) {
  if (!error) return null;
  return (
    <p class="field__error" id={`${id}-error`} data-testid={`${id}-error`}>
      <Icon name="warning" size={18} />
      <span>{error}</span>
    </p>
  );
}

export function describedBy(id: string, hint: string | undefined, error: string | undefined): string | undefined {
  const ids = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

export interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly onLeave?: () => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: string | undefined;
  readonly keyboard?: "text" | "numeric" | "tel";
  readonly enter?: "next" | "done" | "search" | "go";
  readonly capitals?: "none" | "words" | "characters" | "sentences";
  readonly maxLength?: number;
  readonly width?: "2" | "4" | "full";
  readonly code?: boolean;
  /** Shown in front of what is typed, such as Rp. */
  readonly prefix?: string;
  readonly testid?: string;
  readonly below?: ComponentChildren;
}

/** One line of text or digits. Never autocompleted: what is typed here belongs to somebody else. */
export function TextField(props: TextFieldProps) {
  const { id, hint, error } = props;
  const classNames = ["input", props.width ? `input--${props.width}` : "", props.code ? "input--code" : ""];
  const input = (
    <input
      id={id}
      class={classNames.filter(Boolean).join(" ")}
      type="text"
      inputMode={props.keyboard ?? "text"}
      enterkeyhint={props.enter ?? "next"}
      autocapitalize={props.capitals ?? "none"}
      autocomplete="off"
      autocorrect="off"
      spellcheck={false}
      maxLength={props.maxLength}
      value={props.value}
      aria-invalid={error ? true : undefined}
      aria-describedby={describedBy(id, hint, error)}
      data-testid={props.testid ?? id}
      onInput={(event) => props.onValue(event.currentTarget.value)}
      onBlur={props.onLeave}
    />
  );
  return (
    <Frame {...props}>
      {props.prefix ? (
        <span class="prefixed" data-prefix={props.prefix}>
          {input}
        </span>
      ) : (
        input
      )}
    </Frame>
  );
}

interface TextAreaProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

export function TextArea({ id, label, value, onValue, hint, error }: TextAreaProps) {
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        class="input"
        rows={2}
        autocomplete="off"
        autocapitalize="words"
        spellcheck={false}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        data-testid={id}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </Frame>
  );
}
