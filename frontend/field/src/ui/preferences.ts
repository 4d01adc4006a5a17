/** What this person chose for this phone: language, theme, text size. Kept in localStorage; applied to <html>. */
import { useEffect, useState } from "preact/hooks";
import type { Bilingual, BothTexts, Language } from "../i18n/language";

export type Theme = "auto" | "light" | "dark";
export type TextSize = "normal" | "large" | "largest";

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly textSize: TextSize;
  /** Whether the home screen compares the agent with others. */
  readonly rank: boolean;
}

const KEY = "perisai.preferences";
const DEFAULTS: Preferences = { language: "id", theme: "auto", textSize: "normal", rank: true };
const SIZES: Record<TextSize, string> = { normal: "100%", large: "140%", largest: "200%" };

const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept && typeof kept === "object" ? { ...DEFAULTS, ...kept } : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

/** Puts the preferences on the page. Called once before the first paint, and after each change. */
export function applyPreferences(): void {
  const root = document.documentElement;
  root.lang = current.language;
  root.style.fontSize = SIZES[current.textSize];
  if (current.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
}

export function preferences(): Preferences {
  return current;
}

export function changePreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Private browsing without storage: the choice holds until the app is closed.
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return current;
}

export function useLanguage(): Language {
  return usePreferences().language;
}

/** The texts of one screen in the language chosen. */
export function useTexts<T>(texts: Bilingual<T>): Bilingual<T>["id"] {
  return texts[useLanguage()];
}

/** A bilingual text of the server or of the rules, in the language chosen. */
export function useSay(): (text: BothTexts) => string {
  const language = useLanguage();
  return (text) => text[language];
}
