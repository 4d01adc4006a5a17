import { homeTexts } from "../i18n/home";
import { ButtonLink } from "../ui/button";
import { useTexts } from "../ui/preferences";

/** The one primary act, within reach of the thumb. */
export function EnrolLink() {
  const t = useTexts(homeTexts);
  return (
    <ButtonLink kind="primary" wide icon="plus" href="#/enrol" testid="enrol">
      {t.enrolWorker}
    </ButtonLink>
  );
}
