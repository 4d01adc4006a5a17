import { useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { enrolTexts } from "../../i18n/enrol";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { addToSeries, opsOfSeries, seriesOf } from "./series";
import { STEPS } from "./steps";

/** On to the next: of the same family or stand with what they share, or somebody else; or to the slips of all of them. */
export function NextWorker({ opId }: { opId: string }) {
  const t = useTexts(enrolTexts);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const series = seriesOf(opId);
  const goOn = async () => {
    setBusy(true);
    try {
      const draft = await engine.drafts.startNext(opId);
      if (draft.series !== null) addToSeries(draft.series, opId);
      navigate(link("enrol", draft.id, STEPS[0]));
    } catch (error) {
      setProblem(asErrorView(error));
      setBusy(false);
    }
  };
  return (
    <div class="stack stack--tight">
      {problem && <ErrorNotice error={problem} />}
      <Button kind="primary" wide icon="plus" busy={busy} onPress={() => void goOn()} testid="next-of-series">
        <span class="two-lines">
          {t.nextOfSeries}
          <small>{t.nextOfSeriesDetail}</small>
        </span>
      </Button>
      <div class="foot__row foot__row--even">
        {series !== null && (
          <ButtonLink href={link("series", series)} icon="list" testid="finish-series">
            {t.finishSeries(opsOfSeries(series).length)}
          </ButtonLink>
        )}
        <ButtonLink href="#/enrol" testid="next-worker">
          {t.nextAlone}
        </ButtonLink>
      </div>
    </div>
  );
}
