import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { slipTexts } from "../../i18n/slip";
import { holdUntilBack } from "../../ui/away";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { handOver, save, slipPicture } from "./picture";
import { PrintButtons, type Told } from "./print-buttons";
import { slipBytes } from "./printed";
import { canPrint } from "./printer";
import type { Slip } from "./slip";
import { platformOf, smsLink, smsText } from "./sms";

/** The ways out of the phone: a picture, an SMS, paper. */
export function SlipActs({ slip, phone }: { slip: Slip; phone: string | null }) {
  const t = useTexts(slipTexts);
  const [told, setTold] = useState<Told | null>(null);
  const sms = smsLink(phone, smsText(slip, t), platformOf(navigator.userAgent, navigator.maxTouchPoints));
  const share = async () => {
    const release = engine.lock.hold();
    try {
      await handOver([await slipPicture(slip)], slip.heading);
      setTold(null);
    } catch {
      setTold({ tone: "needs", text: t.shareFailed });
    } finally {
      release();
    }
  };
  const keep = () =>
    slipPicture(slip)
      .then(save)
      .catch(() => setTold({ tone: "needs", text: t.shareFailed }));
  return (
    <div class="stack" data-testid="slip-acts">
      <div role="status">{told && <Notice tone={told.tone}>{told.text}</Notice>}</div>
      <Button kind="primary" wide icon="image" onPress={() => void share()} testid="slip-picture">
        {t.sendPicture}
      </Button>
      <div class="acts">
        <ButtonLink icon="chat" href={sms} onPress={holdUntilBack} testid="slip-sms">
          {t.sendSms}
        </ButtonLink>
        {canPrint() && <PrintButtons bytes={() => slipBytes(slip)} onTold={setTold} testid="slip" />}
        <Button icon="save" onPress={() => void keep()} testid="slip-save">
          {t.savePicture}
        </Button>
      </div>
    </div>
  );
}
