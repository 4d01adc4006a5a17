/** The phone's own voice. It works without network where the voice is installed; nothing is sent anywhere by us. */
import { useEffect, useState } from "preact/hooks";
import type { Language } from "../i18n/language";

/** `in` is what Android called Indonesian before `id`. */
const TAGS: Record<Language, readonly string[]> = { id: ["id", "in"], en: ["en"] };

/** The voice for a language, one on the phone itself before one that asks a server; null where there is none. */
export function voiceFor<Voice extends Pick<SpeechSynthesisVoice, "lang" | "localService">>(
  voices: readonly Voice[],
  language: Language,
): Voice | null {
  const fitting = voices.filter((voice) => TAGS[language].includes(voice.lang.toLowerCase().split(/[-_]/)[0] ?? ""));
  return fitting.find((voice) => voice.localService) ?? null;
}

/** The voice once the phone has told of its voices; undefined until then. */
export function useVoice(language: Language): SpeechSynthesisVoice | null | undefined {
  const [voice, setVoice] = useState<SpeechSynthesisVoice | null | undefined>(undefined);
  useEffect(() => {
    const speech = "speechSynthesis" in window ? window.speechSynthesis : null;
    if (!speech) {
      setVoice(null);
      return;
    }
    const look = () => setVoice(voiceFor(speech.getVoices(), language));
    look();
    speech.addEventListener?.("voiceschanged", look);
    return () => speech.removeEventListener?.("voiceschanged", look);
  }, [language]);
  return voice;
}

/** Reads texts one after the other, slowly; `onEnd` when done or stopped. */
export function speak(texts: readonly string[], voice: SpeechSynthesisVoice, onEnd: () => void): void {
  const speech = window.speechSynthesis;
  speech.cancel();
  texts.forEach((text, index) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    utterance.onerror = onEnd;
    if (index === texts.length - 1) utterance.onend = onEnd;
    speech.speak(utterance);
  });
}

export function hush(): void {
  if ("speechSynthesis" in window) window.speechSynthesis.cancel();
}
