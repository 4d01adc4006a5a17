import { EngineError, type ErrorView } from "../engine";
import { sayError } from "../i18n/errors";
import { Notice, type Tone } from "./notice";
import { useLanguage } from "./preferences";

/** Codes that say "wait, nothing is wrong with you": shown calmly. */
const CALM = new Set<string>(["offline", "unreachable", "busy", "bad_answer", "captive_portal", "server_error"]);

/** What the engine rejected with, as a view; anything else is a defect of the app. */
export function asErrorView(error: unknown): ErrorView {
  return error instanceof EngineError ? error : { code: "programming", text: null };
}

interface Props {
  readonly error: ErrorView;
  readonly title?: string;
  readonly tone?: Tone;
  readonly testid?: string;
}

/** What happened, what is safe, what to do next. */
export function ErrorNotice({ error, title, tone, testid = "error" }: Props) {
  const said = sayError(error, useLanguage());
  return (
    <Notice tone={tone ?? (CALM.has(error.code) ? "needs" : "stop")} live testid={testid} {...(title ? { title } : {})}>
      <p>{said.what}</p>
      {said.action && <p>{said.action}</p>}
      {error.code.startsWith("E") && <p class="muted small">{error.code}</p>}
    </Notice>
  );
}
