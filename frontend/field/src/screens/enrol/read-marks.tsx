import { useEffect, useRef } from "preact/hooks";
import { identityTexts } from "../../i18n/enrol-identity";
import { photoTexts } from "../../i18n/enrol-photo";
import { focusOnArrival } from "../../ui/focus";
import { Notice } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { useFilling } from "./context";
import { controlOf, type FillableField, isFillable } from "./marks";

type Texts = (typeof identityTexts)["id"];

const NAMES: Record<FillableField, keyof Texts> = {
  nik: "nik",
  name: "name",
  birth_place: "birthPlace",
  birth_date: "birthDate",
  sex: "sex",
  address: "address",
  region: "village",
};

/** Before saving: what was read from the picture and nobody has looked at. Asked once; saving again saves. */
export function ReadMarksLeft() {
  const t = useTexts(photoTexts);
  const names = useTexts(identityTexts);
  const { draft, form } = useFilling();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: "center" });
    box.current?.focus({ preventScroll: true });
  }, []);
  const fields = form.read.filter(isFillable);
  if (fields.length === 0) return null;
  const go = (field: FillableField) => {
    navigate(link("enrol", draft.id, "identity"));
    focusOnArrival(controlOf(field));
  };
  return (
    <div ref={box} tabIndex={-1} role="alert">
      <Notice tone="needs" title={t.readLeft} testid="read-left">
        <p>{t.readLeftBody}</p>
        <ul>
          {fields.map((field) => (
            <li key={field}>
              <button type="button" class="linkish" onClick={() => go(field)} data-testid={`read-left-${field}`}>
                {names[NAMES[field]] as string}
              </button>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
