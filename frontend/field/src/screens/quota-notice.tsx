import { engine } from "../engine";
import { quotaTexts } from "../i18n/quota";
import { Notice } from "../ui/notice";
import { useValue } from "../ui/observe";
import { useTexts } from "../ui/preferences";
import { type Next, useSlots } from "./use-slots";

/** On a form whose enrolment may wait or be refused, as far as this phone knows; nothing where it gets in. */
export function QuotaNotice(next: Next) {
  const t = useTexts(quotaTexts);
  const me = useValue(engine.me);
  const { standing, ended } = useSlots(me, next);
  if (standing !== "waits" && standing !== "refused") return null;
  const refused = standing === "refused";
  const out = me?.quota?.left === 0;
  const title = refused ? t.closedTitle : out ? t.outTitle : ended ? t.endedTitle : t.usedTitle;
  return (
    <Notice tone={refused ? "stop" : "needs"} title={title} live testid={refused ? "quota-refused" : "quota-waits"}>
      <p>{refused ? t.closedBody : t.waitsBody}</p>
      {!out && <p>{t.sync}</p>}
    </Notice>
  );
}
