import { photoTexts } from "../../i18n/enrol-photo";
import { formatDate } from "../../i18n/format";
import { useLanguage, useTexts } from "../../ui/preferences";
import { SelectField } from "../../ui/select-field";
import { useFilling } from "./context";
import { dueOn, PHOTO_DAYS_OFFERED } from "./id-card";

/** Without a picture now: until when it will be brought. */
export function PhotoLater() {
  const t = useTexts(photoTexts);
  const language = useLanguage();
  const { form, change, today } = useFilling();
  return (
    <details class="fold fold--plain" data-testid="photo-later">
      <summary>{t.later(formatDate(dueOn(form, today), language))}</summary>
      <SelectField<string>
        id="photo-days"
        label={t.laterDays}
        value={String(form.photoDays)}
        onValue={(days) => change({ photoDays: Number(days) })}
        options={PHOTO_DAYS_OFFERED.map((days) => ({ value: String(days), label: t.days(days) }))}
      />
      <p class="muted small">{t.laterNote}</p>
    </details>
  );
}
