import { engine } from "../../engine";
import { quotaTexts } from "../../i18n/quota";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { useSlots } from "../use-slots";

/** Before a form is begun whose enrolment may wait or be refused. The server judges: what this phone knows may be old, so the agent
 * may go on. */
export function QuotaGate({ onGoOn }: { onGoOn: () => void }) {
  const t = useTexts(quotaTexts);
  const me = useValue(engine.me);
  const { standing, ended } = useSlots(me);
  const refused = standing === "refused";
  const out = me?.quota?.left === 0;
  const title = refused ? t.closedTitle : out ? t.outTitle : ended ? t.endedTitle : t.usedTitle;
  return (
    <Page
      title={t.title}
      back={{ href: "#/", label: t.home }}
      testid="screen-quota"
      foot={
        <Button kind={refused ? "secondary" : "primary"} wide onPress={onGoOn} testid="quota-go-on">
          {refused ? t.goOnAnyway : t.goOn}
        </Button>
      }
    >
      <Notice tone={refused ? "stop" : "needs"} title={title} testid={refused ? "quota-refused" : "quota-waits"}>
        <p>{refused ? t.closedBody : t.waitsBody}</p>
      </Notice>
      <p>{t.elsewhere}</p>
      {!out && <p class="muted">{t.sync}</p>}
      <ButtonLink href="#/outbox">{t.toOutbox}</ButtonLink>
    </Page>
  );
}
