import { consentTexts } from "../../i18n/enrol-consent";
import { formatInstant } from "../../i18n/format";
import { Icon } from "../../ui/icon";
import { useNow } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { useFilling } from "./context";

export function PlaceAndTime() {
  const t = useTexts(consentTexts);
  const language = useLanguage();
  const { place, timezone } = useFilling();
  const now = useNow();
  const where =
    place === "finding" ? t.placeFinding : place ? t.placeFound(Math.round(place.accuracy)) : t.placeMissing;
  return (
    <div class="muted" data-testid="place">
      <p class="with-icon" role="status">
        <Icon name="info" size={20} /> <span>{where}</span>
      </p>
      <p class="with-icon">
        <Icon name="clock" size={20} /> <span>{t.timeNoted(formatInstant(now, timezone, language))}</span>
      </p>
    </div>
  );
}
