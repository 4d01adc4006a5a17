/** What every step of the form is given. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Draft, PhotoRef, Place } from "../../engine";
import { photoTexts } from "../../i18n/enrol-photo";
import type { PhoneRules } from "../../rules/document";
import type { Problem } from "../../ui/error-summary";
import { useTexts } from "../../ui/preferences";
import type { Form } from "./form";
import { type FillableField, marksWithout } from "./marks";
import type { Against } from "./validate";

export interface Filling {
  readonly draft: Draft;
  readonly form: Form;
  readonly change: (patch: Partial<Form>) => void;
  readonly rules: PhoneRules;
  readonly problems: readonly Problem[];
  /** Day in the branch's time zone, `2026-11-22`. */
  readonly today: string;
  readonly timezone: string;
  readonly province: string;
  readonly agent: Against["agent"];
  /** Where and what is still what the worker before had. */
  readonly asBefore: { readonly region: boolean; readonly jobs: boolean };
  readonly photo: PhotoRef | null;
  readonly onPhoto: (photo: PhotoRef | null) => void;
  readonly place: Place | null | "finding";
}

export const FillingContext = createContext<Filling | null>(null);

export function useFilling(): Filling {
  const filling = useContext(FillingContext);
  if (!filling) throw new Error("a step of the form is drawn outside the form");
  return filling;
}

/** What is wrong with a field, if anything. */
export function useProblem(): (field: string) => string | undefined {
  const { problems } = useFilling();
  return (field) => problems.find((problem) => problem.field === field)?.text;
}

export interface Mark {
  readonly mark: string | undefined;
  readonly onLeave: () => void;
}

/** What marks a field that was read from a picture, and what takes the mark away: being there and leaving again. */
export function useMark(): (field: FillableField) => Mark {
  const t = useTexts(photoTexts);
  const { form, change } = useFilling();
  return (field) => {
    const marked = form.read.includes(field);
    return {
      mark: marked ? t.readMark : undefined,
      onLeave: () => {
        if (marked) change({ read: marksWithout(form, field) });
      },
    };
  };
}
