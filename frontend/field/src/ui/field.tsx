import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: string | undefined;
  /** Says that a machine filled it and nobody has looked yet. */
  readonly mark?: string | undefined;
  readonly children: ComponentChildren;
  /** Warnings, read-outs: shown below the control. */
  readonly below?: ComponentChildren;
}

/** Label above, hint and error between label and control, so that nothing hides behind the keyboard. */
function Frame({ id, label, hint, error, optional, mark, children, below }: FrameProps) {
  return (
    <div class={fieldClass(error, mark)}>
      <label class="field__label" for={id}>
        {label} {optional && <span class="field__optional">({optional})</span>}
      </label>
      <FieldMark id={id} mark={mark} />
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

export function fieldClass(error: string | undefined, mark?: string | undefined): string {
  return `field${error ? " field--error" : ""}${mark ? " field--read" : ""}`;
}

/** A field that was filled from a picture: told with an icon, in words and by its border, until it is touched. */
export function FieldMark({ id, mark }: { id: string; mark: string | undefined }) {
  if (!mark) return null;
  return (
    <p class="field__mark" id={`${id}-mark`} data-testid={`${id}-mark`}>
      <Icon name="eye" size={18} />
      <span>{mark}</span>
    </p>
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

export function describedBy(
  id: string,
  hint: string | undefined,
  error: string | undefined,
  mark?: string | undefined,
): string | undefined {
  const ids = [mark && `${id}-mark`, hint && `${id}-hint`, error && `${id}-error`].filter(Boolean);
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
  readonly mark?: string | undefined;
  readonly keyboard?: "text" | "numeric" | "tel" | "email";
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
      aria-describedby={describedBy(id, hint, error, props.mark)}
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
  readonly optional?: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly onLeave?: () => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly mark?: string | undefined;
  readonly rows?: number;
  readonly maxLength?: number;
  readonly capitals?: "words" | "sentences";
}

export function TextArea({ id, label, optional, value, onValue, onLeave, hint, error, mark, ...more }: TextAreaProps) {
  return (
    <Frame id={id} label={label} optional={optional} hint={hint} error={error} mark={mark}>
      <textarea
        id={id}
        class="input"
        rows={more.rows ?? 2}
        maxLength={more.maxLength}
        autocomplete="off"
        autocapitalize={more.capitals ?? "words"}
        enterkeyhint={more.rows ? "enter" : "next"}
        spellcheck={false}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error, mark)}
        data-testid={id}
        onInput={(event) => onValue(event.currentTarget.value)}
        onBlur={onLeave}
      />
    </Frame>
  );
}
