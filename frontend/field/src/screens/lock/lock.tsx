import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type ErrorView, engine, type LockState, type ProfileView } from "../../engine";
import { sayError } from "../../i18n/errors";
import { lockTexts } from "../../i18n/lock";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { useNow, useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { ForgottenPin } from "./forgotten";
import { PinEntry } from "./pin-entry";

const FREE_TRIES = 3;

type View = "pin" | "agents" | "forgotten";

/** All that a locked phone shows: whose it is, how much is not sent, and the number pad. */
export function LockScreen() {
  const state = useValue(engine.lock.state);
  const [view, setView] = useState<View>(location.hash === "#/agents" ? "agents" : "pin");
  const [chosen, setChosen] = useState<string | null>(state.profile?.id ?? null);
  const profile = state.profiles.find((one) => one.id === chosen) ?? null;
  const choose = (id: string): void => {
    setChosen(id);
    setView("pin");
  };
  return (
    <div class="app">
      {profile === null || view === "agents" ? (
        <Agents state={state} onChoose={choose} />
      ) : view === "forgotten" ? (
        <ForgottenPin profile={profile} onBack={() => setView("pin")} />
      ) : (
        <EnterPin profile={profile} onAgents={() => setView("agents")} onForgotten={() => setView("forgotten")} />
      )}
    </div>
  );
}

interface EnterProps {
  readonly profile: ProfileView;
  readonly onAgents: () => void;
  readonly onForgotten: () => void;
}

function EnterPin({ profile, onAgents, onForgotten }: EnterProps) {
  const t = useTexts(lockTexts);
  const drawnAt = useNow(1_000);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  // Drawn anew each second, and told by the clock of the moment: a wait that is over shuts the pad no more.
  const left = profile.waitUntil === null ? 0 : Math.max(0, profile.waitUntil - Math.max(drawnAt, Date.now()));
  const enter = async (pin: string): Promise<void> => {
    setProblem(null);
    await engine.lock.open(profile.id, pin).catch((error: unknown) => setProblem(asErrorView(error)));
  };
  return (
    <Page title={t.enterTitle} testid="screen-lock">
      <Owner profile={profile} />
      <PinEntry label={t.enterTitle} busyText={t.checking} onPin={enter} disabled={left > 0}>
        <Trouble problem={problem} wrong={profile.wrongTries} left={left} />
      </PinEntry>
      <div class="row row--between">
        <Button kind="quiet" onPress={onForgotten} testid="forgot-pin">
          {t.forgot}
        </Button>
        <Button kind="quiet" onPress={onAgents} testid="switch-agent">
          {t.switchAgent}
        </Button>
      </div>
    </Page>
  );
}

function Owner({ profile }: { profile: ProfileView }) {
  const t = useTexts(lockTexts);
  return (
    <div class="owner">
      <Icon name="shield" size={40} />
      <div>
        <p class="owner__name">{profile.label}</p>
        <p class="muted small">
          {profile.code} · {waiting(profile, t)}
        </p>
      </div>
    </div>
  );
}

/** m:ss */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

interface TroubleProps {
  readonly problem: ErrorView | null;
  readonly wrong: number;
  readonly left: number;
}

function Trouble({ problem, wrong, left }: TroubleProps): ComponentChildren {
  const t = useTexts(lockTexts);
  const language = useLanguage();
  if (left > 0) {
    return (
      <div class="pin__problem" data-testid="pin-wait">
        <Icon name="clock" size={20} />
        <span>
          {t.wait(clock(left))} <span class="muted small">{t.waitNote}</span>
        </span>
      </div>
    );
  }
  if (problem === null) return null;
  const more = wrong < FREE_TRIES ? t.triesLeft(FREE_TRIES - wrong) : "";
  const text = problem.code === "pin_wrong" ? `${t.wrong} ${more}` : sayError(problem, language).what;
  return (
    <p class="pin__problem" role="alert" data-testid="pin-problem">
      <Icon name="warning" size={20} />
      <span>{text}</span>
    </p>
  );
}

function Agents({ state, onChoose }: { state: LockState; onChoose: (id: string) => void }) {
  const t = useTexts(lockTexts);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const add = (): void => {
    engine.lock.addProfile().catch((error: unknown) => setProblem(asErrorView(error)));
  };
  return (
    <Page
      title={t.agentsTitle}
      testid="screen-agents"
      foot={
        <Button icon="plus" wide onPress={add} testid="add-agent">
          {t.addAgent}
        </Button>
      }
    >
      <p>{t.agentsIntro}</p>
      {problem && <ErrorNotice error={problem} />}
      <ul class="agents">
        {state.profiles.map((profile) => (
          <li key={profile.id}>
            <AgentButton profile={profile} onChoose={onChoose} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function waiting({ unsent, unsentPhotos }: ProfileView, t: (typeof lockTexts)["id"]): string {
  if (unsent > 0) return t.unsent(unsent);
  return unsentPhotos > 0 ? t.unsentPhotos(unsentPhotos) : t.allSent;
}

function AgentButton({ profile, onChoose }: { profile: ProfileView; onChoose: (id: string) => void }) {
  const t = useTexts(lockTexts);
  return (
    <button type="button" class="agent" onClick={() => onChoose(profile.id)} data-testid={`agent-${profile.code}`}>
      <Icon name={profile.retired ? "clock" : "people"} />
      <span class="agent__text">
        <span class="agent__name">{profile.label}</span>
        <span class="muted small">
          {profile.retired ? t.oldProfile : profile.code} · {waiting(profile, t)}
        </span>
        {profile.retired && (
          <span class="muted small">
            {t.oldProfileNote} {profile.unsealed > 0 && t.oldProfileStuck(profile.unsealed)}{" "}
            {profile.unsealedPhotos > 0 && t.oldProfilePhotosStuck(profile.unsealedPhotos)}
          </span>
        )}
      </span>
      <Icon name="forward" size={20} />
    </button>
  );
}
