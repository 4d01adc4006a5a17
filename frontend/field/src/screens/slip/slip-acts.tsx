import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { slipTexts } from "../../i18n/slip";
import { holdUntilBack } from "../../ui/away";
import { Button, ButtonLink } from "../../ui/button";
import { Notice, type Tone } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { handOver, save, slipPicture } from "./picture";
import { slipBytes } from "./printed";
import { canPrint, lastPrinter, PrintError, type PrintFailure, print } from "./printer";
import type { Slip } from "./slip";
import { platformOf, smsLink, smsText } from "./sms";

type Texts = (typeof slipTexts)["id"];

interface Told {
  readonly tone: Tone;
  readonly text: string;
}

const FAILURES: Record<Exclude<PrintFailure, "cancelled">, keyof Texts & `print${string}`> = {
  off: "printOff",
  refused: "printRefused",
  unknown: "printUnknown",
  missing: "printMissing",
};

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
        {canPrint() && <PrintButtons slip={slip} onTold={setTold} />}
        <Button icon="save" onPress={() => void keep()} testid="slip-save">
          {t.savePicture}
        </Button>
      </div>
    </div>
  );
}

/** Prints on the printer used last; another one can be chosen. */
function PrintButtons({ slip, onTold }: { slip: Slip; onTold: (told: Told | null) => void }) {
  const t = useTexts(slipTexts);
  const [busy, setBusy] = useState(false);
  const last = lastPrinter();
  const start = async (choose: boolean) => {
    setBusy(true);
    onTold({ tone: "note", text: t.connecting });
    const release = engine.lock.hold();
    try {
      await print(await slipBytes(slip), choose);
      onTold({ tone: "done", text: t.printed });
    } catch (error) {
      const failure = error instanceof PrintError ? error.failure : "off";
      onTold(failure === "cancelled" ? null : { tone: "needs", text: t[FAILURES[failure]] });
    }
    release();
    setBusy(false);
  };
  return (
    <>
      <Button icon="printer" busy={busy} onPress={() => void start(false)} testid="slip-print">
        {last === null ? t.print : t.againOn(last)}
      </Button>
      {last !== null && (
        <Button kind="quiet" busy={busy} onPress={() => void start(true)} testid="slip-print-other">
          {t.printOther}
        </Button>
      )}
    </>
  );
}
