import { commonTexts } from "../i18n/common";
import type { Option } from "./choice";
import { describedBy, FieldError } from "./field";
import { useTexts } from "./preferences";

interface Props<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T | null;
  readonly onValue: (value: T) => void;
  readonly error?: string | undefined;
}

/** One of several, as the phone's own list. */
export function SelectField<T extends string>({ id, label, options, value, onValue, error }: Props<T>) {
  const t = useTexts(commonTexts);
  const choose = (chosen: string) => {
    const option = options.find((known) => known.value === chosen);
    if (option) onValue(option.value);
  };
  return (
    <div class={error ? "field field--error" : "field"}>
      <label class="field__label" for={id}>
        {label}
      </label>
      <FieldError id={id} error={error} />
      <select
        id={id}
        class="input"
        autocomplete="off"
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, undefined, error)}
        data-testid={id}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {value === null && (
          <option value="" selected disabled>
            {t.choose}
          </option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
