import { useEffect, useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { consentTexts } from "../../i18n/enrol-consent";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { useNow, useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { useFilling, useProblem } from "./context";
import { digitsOf, normalisePhone } from "./form";
import { challengeOf } from "./validate";

const CODE_MOST = 8;
const AGAIN_AFTER = 60_000;

/** Read aloud, and the worker reads back a one-time code from their own phone. Needs signal and a number of their own. */
export function SpokenConsent() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const { online } = useValue(engine.sync.state);
  const phone = form.phoneOwner === "own" ? normalisePhone(form.phone) : null;
  const sending = useSending(phone);
  const noSignal = !online || sending.problem?.code === "offline" || sending.problem?.code === "unreachable";
  return (
    <div class="stack" data-testid="spoken">
      <p class="field__hint">{t.spokenHint}</p>
      {phone === null && <NeedsPhone />}
      {noSignal && challengeOf(form) === null && (
        <Notice tone="needs" live testid="spoken-no-signal">
          <p>{t.spokenNoSignal}</p>
        </Notice>
      )}
      {sending.problem && !noSignal && <ErrorNotice error={sending.problem} testid="spoken-error" />}
      {(noSignal || sending.problem) && challengeOf(form) === null && (
        <Button icon="thumb" wide onPress={() => change({ signing: "thumb" })} testid="spoken-other">
          {t.spokenOther}
        </Button>
      )}
      {phone !== null && <Sender phone={phone} sending={sending} />}
      {challengeOf(form) !== null && <CodeField />}
    </div>
  );
}

function useSending(phone: string | null) {
  const { change } = useFilling();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const send = async () => {
    if (phone === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const id = await engine.enrolments.consentCode(phone);
      change({ challenge: { id, phone, sentAt: Date.now() }, spokenCode: "" });
    } catch (error) {
      setProblem(asErrorView(error));
    }
    setBusy(false);
  };
  return { send, busy, problem };
}

/** Sends the code, tells where to, and may be pressed again after a minute. */
function Sender({ phone, sending }: { phone: string; sending: ReturnType<typeof useSending> }) {
  const t = useTexts(consentTexts);
  const { form } = useFilling();
  const problemOf = useProblem();
  const challenge = challengeOf(form);
  const now = useNow(1_000);
  const wait = challenge ? Math.ceil((challenge.sentAt + AGAIN_AFTER - now) / 1_000) : 0;
  const error = problemOf("spoken-send");
  const [announced, setAnnounced] = useState("");
  useEffect(() => {
    setAnnounced(challenge ? t.spokenSent(challenge.phone) : "");
  }, [challenge?.id, t]);
  return (
    <>
      <p role="status">{sending.busy ? t.spokenSending : announced}</p>
      {error && <p class="field__error">{error}</p>}
      <Button
        id="spoken-send"
        icon="chat"
        wide
        busy={sending.busy}
        disabled={wait > 0}
        onPress={() => void sending.send()}
        testid="spoken-send"
      >
        {wait > 0 ? t.spokenWait(wait) : challenge ? t.spokenAgain : t.spokenSend(phone)}
      </Button>
    </>
  );
}

function CodeField() {
  const t = useTexts(consentTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <TextField
      id="spoken-code"
      label={t.spokenCode}
      keyboard="numeric"
      enter="done"
      code
      width="full"
      maxLength={CODE_MOST}
      value={form.spokenCode}
      onValue={(typed) => change({ spokenCode: digitsOf(typed, CODE_MOST) })}
      error={problemOf("spoken-code")}
    />
  );
}

function NeedsPhone() {
  const t = useTexts(consentTexts);
  const { draft } = useFilling();
  return (
    <Notice tone="needs" testid="spoken-needs-phone">
      <p>{t.spokenNeedsPhone}</p>
      <ButtonLink href={link("enrol", draft.id, "identity")}>{t.spokenToIdentity}</ButtonLink>
    </Notice>
  );
}
