import { enrolTexts } from "../../i18n/enrol";
import { Notice } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { useFilling } from "./context";
import type { Step } from "./steps";

/** In a series: what was taken from the worker before, each part with the way to change it. */
export function KeptNotice() {
  const t = useTexts(enrolTexts);
  const { draft, form } = useFilling();
  // One that is mended holds its own fields, not those of another.
  if (draft.series === null || draft.fields.nik !== undefined) return null;
  const parts: readonly (readonly [Step, string, boolean])[] = [
    ["work", t.keptWork, form.jobs.length > 0],
    ["programmes", t.keptPrice, form.jobs.length > 0],
    ["consent", t.keptWitness, form.witnessName !== ""],
  ];
  return (
    <Notice tone="note" title={`${t.seriesPlace(draft.seriesPlace)}. ${t.keptTitle}`} testid="kept">
      <ul>
        {(form.address !== "" || form.region !== null) && <li>{t.keptPlace}</li>}
        {parts.map(
          ([step, text, has]) =>
            has && (
              <li key={step}>
                <a class="edit-link" href={link("enrol", draft.id, step)}>
                  {text}
                </a>
              </li>
            ),
        )}
      </ul>
      <p>{t.keptBody}</p>
    </Notice>
  );
}
