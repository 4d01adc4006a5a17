import { describedBy, FieldError, FieldMark, fieldClass } from "./field";

export interface TypedDate {
  readonly day: string;
  readonly month: string;
  readonly year: string;
}

interface Props {
  readonly id: string;
  readonly legend: string;
  readonly labels: { readonly day: string; readonly month: string; readonly year: string };
  readonly value: TypedDate;
  readonly onValue: (value: TypedDate) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly mark?: string | undefined;
  readonly onLeave?: (() => void) | undefined;
  /** Which parts are asked for, in this order; all of them when left out. */
  readonly parts?: readonly DatePart[];
}

export type DatePart = "day" | "month" | "year";

const LENGTHS = { day: 2, month: 2, year: 4 } as const;
const ORDER: readonly DatePart[] = ["day", "month", "year"];

/** A date typed as three numbers: quicker than a picker for a birth date. Jumps on when a part is full. */
export function DateFields({ id, legend, labels, value, onValue, parts = ORDER, ...props }: Props) {
  const { hint, error, mark } = props;
  const idOf = (part: DatePart) => (part === parts[0] ? id : `${id}-${part}`);
  const change = (part: DatePart, typed: string) => {
    const digits = typed.replace(/\D/g, "").slice(0, LENGTHS[part]);
    onValue({ ...value, [part]: digits });
    const next = parts[parts.indexOf(part) + 1];
    if (digits.length === LENGTHS[part] && next && digits !== value[part]) document.getElementById(idOf(next))?.focus();
  };
  return (
    <fieldset class={fieldClass(error, mark)} aria-describedby={describedBy(id, hint, error, mark)}>
      <legend class="field__label">{legend}</legend>
      <FieldMark id={id} mark={mark} />
      {hint && (
        <p class="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
      <div class="date">
        {parts.map((part) => (
          <label key={part} class="date__part" for={idOf(part)}>
            <span>{labels[part]}</span>
            <input
              id={idOf(part)}
              class={`input input--${LENGTHS[part]}`}
              inputMode="numeric"
              enterkeyhint="next"
              autocomplete="off"
              maxLength={LENGTHS[part]}
              value={value[part]}
              aria-invalid={error ? true : undefined}
              data-testid={`${id}-${part}`}
              onInput={(event) => change(part, event.currentTarget.value)}
              onBlur={props.onLeave}
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
