import type { ComponentChildren } from "preact";
import { describedBy, FieldError, FieldMark, fieldClass } from "./field";

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly detail?: string | undefined;
  /** Where the label is in another language than the screen, so that it is spoken in that one. */
  readonly lang?: string;
}

interface ChoiceProps<T extends string> {
  readonly id: string;
  readonly legend: string;
  readonly options: readonly Option<T>[];
  readonly value: T | null;
  readonly onValue: (value: T) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly mark?: string | undefined;
  /** Told when any option is pressed, also the one that is chosen already. */
  readonly onTouch?: (() => void) | undefined;
  readonly inline?: boolean;
}

/** One of a few. The first option carries the id of the field, so that an error summary can lead to it. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { id, hint, error, mark } = props;
  return (
    <fieldset class={fieldClass(error, mark)} aria-describedby={describedBy(id, hint, error, mark)} data-testid={id}>
      <legend class="field__label">{props.legend}</legend>
      <FieldMark id={id} mark={mark} />
      {hint && (
        <p class="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
      <div class={props.inline ? "choices choices--inline" : "choices"}>
        {props.options.map((option, index) => (
          <label class="choice" key={option.value}>
            <input
              type="radio"
              id={index === 0 ? id : `${id}-${option.value}`}
              name={id}
              value={option.value}
              checked={props.value === option.value}
              onChange={() => props.onValue(option.value)}
              onClick={props.onTouch}
              data-testid={`${id}-${option.value}`}
            />
            <span class="choice__text">
              <span lang={option.lang}>{option.label}</span>
              {option.detail && <span class="choice__detail">{option.detail}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface CheckProps {
  readonly id: string;
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly label: string;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
  /** Id of a text outside that belongs to it. */
  readonly described?: string;
  readonly children?: ComponentChildren;
}

/** Yes or no, as a big box with its whole label to press. */
export function Check({ id, checked, onChecked, label, error, disabled, described, children }: CheckProps) {
  const about = [described, describedBy(id, undefined, error)].filter(Boolean).join(" ") || undefined;
  return (
    <div class={error ? "field field--error" : "field"}>
      <FieldError id={id} error={error} />
      <label class="choice">
        <input
          type="checkbox"
          id={id}
          checked={checked}
          disabled={disabled}
          aria-describedby={about}
          aria-invalid={error ? true : undefined}
          onChange={(event) => onChecked(event.currentTarget.checked)}
          data-testid={id}
        />
        <span class="choice__text">
          <span>{label}</span>
          {children && <span class="choice__detail">{children}</span>}
        </span>
      </label>
    </div>
  );
}
