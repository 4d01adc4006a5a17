import { useEffect, useRef, useState } from "preact/hooks";
import { type ErrorView, engine } from "../engine";
import { activateTexts } from "../i18n/activate";
import { commonTexts } from "../i18n/common";
import { LANGUAGES } from "../i18n/language";
import { Button } from "../ui/button";
import { asErrorView, ErrorNotice } from "../ui/error-notice";
import { describedBy, FieldError } from "../ui/field";
import { Icon } from "../ui/icon";
import { useValue } from "../ui/observe";
import { Page } from "../ui/page";
import { changePreferences, useLanguage, useTexts } from "../ui/preferences";
import { navigate } from "../ui/route";

const HALF = 5;

/** The code as typed so far, and what became of activating with it. */
function useActivation(code: string) {
  const [halves, setHalves] = useState(() => split(engine.activation.readCode(code) ?? ""));
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [short, setShort] = useState(false);
  const [busy, setBusy] = useState(false);

  const activate = async (typed: string) => {
    const whole = engine.activation.readCode(typed);
    setShort(whole === null);
    if (whole === null) {
      document.getElementById("activation-code")?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await engine.activation.activate(whole);
      navigate("#/", "replace");
    } catch (error) {
      setProblem(asErrorView(error));
    } finally {
      setBusy(false);
    }
  };
  return { halves, setHalves, problem, setProblem, short, busy, activate };
}

/** First screen of a new phone: the code from the branch, typed in two groups, scanned, or come with the link. */
export function ActivateScreen({ code }: { code: string }) {
  const t = useTexts(activateTexts);
  const common = useTexts(commonTexts);
  const { phase } = useValue(engine.device);
  const others = useValue(engine.lock.state).profiles.length > 0 && phase === "new";
  const { halves, setHalves, problem, setProblem, short, busy, activate } = useActivation(code);
  const [scanning, setScanning] = useState(false);
  const scan = () => {
    setProblem(null);
    setScanning(true);
  };
  const scanned = (found: string) => {
    setScanning(false);
    setHalves(split(found));
    void activate(found);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void activate(halves.join(""));
  };
  return (
    <div class="app">
      <LanguageSwitch />
      <form onSubmit={submit} noValidate class="form-frame">
        <Page
          title={t.title}
          {...(phase === "new" ? {} : { back: { href: "#/settings", label: common.back } })}
          testid="screen-activate"
          foot={
            <Button kind="primary" type="submit" wide busy={busy} testid="activate">
              {busy ? t.activating : t.activate}
            </Button>
          }
        >
          <p>{t.intro}</p>
          {problem && <ErrorNotice error={problem} title={t.failed} testid="activation-error" />}
          {scanning ? (
            <Scanner onFound={scanned} onStop={() => setScanning(false)} onProblem={setProblem} />
          ) : (
            <>
              <CodeFields halves={halves} onHalves={setHalves} error={short ? t.codeShort : undefined} />
              <Button icon="qr" wide onPress={scan} testid="scan">
                {t.scan}
              </Button>
            </>
          )}
          <p class="muted with-icon">
            <Icon name="shield" />
            <span>{t.keyNote}</span>
          </p>
          {phase === "new" && !others && (
            <p class="muted with-icon" data-testid="emptied">
              <Icon name="info" />
              <span>{t.emptied}</span>
            </p>
          )}
          {others && (
            <Button icon="people" wide onPress={() => engine.lock.lock()} testid="back-to-agents">
              {t.backToAgents}
            </Button>
          )}
        </Page>
      </form>
    </div>
  );
}

function split(code: string): [string, string] {
  return [code.slice(0, HALF), code.slice(HALF, 2 * HALF)];
}

interface CodeProps {
  readonly halves: readonly [string, string];
  readonly onHalves: (halves: [string, string]) => void;
  readonly error: string | undefined;
}

/** Two boxes of five; a whole code pasted into either fills both. */
function CodeFields({ halves, onHalves, error }: CodeProps) {
  const t = useTexts(activateTexts);
  const type = (index: 0 | 1, typed: string) => {
    const cleaned = typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
    if (cleaned.length > HALF) onHalves(split(index === 0 ? cleaned : (halves[0] + cleaned).slice(-2 * HALF)));
    else onHalves(index === 0 ? [cleaned, halves[1]] : [halves[0], cleaned]);
    if (index === 0 && cleaned.length >= HALF) document.getElementById("activation-code-2")?.focus();
  };
  return (
    <fieldset
      class={error ? "field field--error" : "field"}
      aria-describedby={describedBy("activation-code", t.codeHint, error)}
    >
      <legend class="field__label">{t.code}</legend>
      <p class="field__hint" id="activation-code-hint">
        {t.codeHint}
      </p>
      <FieldError id="activation-code" error={error} />
      <div class="code">
        {([0, 1] as const).map((index) => (
          <input
            key={index}
            id={index === 0 ? "activation-code" : "activation-code-2"}
            class="input input--code"
            aria-label={index === 0 ? t.firstHalf : t.secondHalf}
            aria-invalid={error ? true : undefined}
            autocomplete="off"
            autocapitalize="characters"
            autocorrect="off"
            spellcheck={false}
            enterkeyhint={index === 0 ? "next" : "go"}
            value={halves[index]}
            data-testid={`activation-code-${index + 1}`}
            onInput={(event) => type(index, event.currentTarget.value)}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface ScannerProps {
  readonly onFound: (code: string) => void;
  readonly onStop: () => void;
  readonly onProblem: (problem: ErrorView) => void;
}

function Scanner({ onFound, onStop, onProblem }: ScannerProps) {
  const t = useTexts(activateTexts);
  const video = useRef<HTMLVideoElement>(null);
  // The camera starts once, when this appears.
  useEffect(() => {
    const stop = new AbortController();
    if (video.current) {
      engine.activation.scan(video.current, stop.signal).then(onFound, (error: unknown) => {
        if (stop.signal.aborted) return;
        onProblem(asErrorView(error));
        onStop();
      });
    }
    return () => stop.abort();
  }, []);
  return (
    <div class="scanner">
      <p role="status">{t.scanning}</p>
      <video ref={video} playsInline muted class="scanner__video" data-testid="scanner" />
      <Button icon="cross" wide onPress={onStop} testid="scan-stop">
        {t.stopScanning}
      </Button>
    </div>
  );
}

const NAMES = { id: "Bahasa Indonesia", en: "English" } as const;

function LanguageSwitch() {
  const current = useLanguage();
  return (
    <div class="language">
      {LANGUAGES.filter((language) => language !== current).map((language) => (
        <button
          key={language}
          type="button"
          class="linkish"
          lang={language}
          data-testid={`language-${language}`}
          onClick={() => changePreferences({ language })}
        >
          {NAMES[language]}
        </button>
      ))}
    </div>
  );
}
