import { useEffect, useState } from "preact/hooks";
import { consentTexts } from "../../i18n/enrol-consent";
import { Button } from "../../ui/button";
import { useLanguage, useTexts } from "../../ui/preferences";
import { hush, speak, useVoice } from "../../ui/voice";

/** The phone reads the consent to who cannot; where it has no voice for that, it says so. */
export function ReadAloud({ texts }: { texts: readonly string[] }) {
  const t = useTexts(consentTexts);
  const language = useLanguage();
  const voice = useVoice(language);
  const [speaking, setSpeaking] = useState(false);
  useEffect(() => hush, []);
  if (voice === undefined) return null;
  if (voice === null) return <p class="muted small">{t.aloudNone}</p>;
  const toggle = () => {
    if (speaking) hush();
    else speak(texts, voice, () => setSpeaking(false));
    setSpeaking(!speaking);
  };
  return (
    <Button icon={speaking ? "stop" : "sound"} onPress={toggle} testid="read-aloud">
      {speaking ? t.aloudStop : t.aloud}
    </Button>
  );
}
