import "./styles/app.css";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { engine } from "./engine";
import { commonTexts } from "./i18n/common";
import { ActivateScreen } from "./screens/activate";
import { HeadBar } from "./screens/head-bar";
import { lazyScreen } from "./screens/lazy";
import { NavBar } from "./screens/nav-bar";
import { keepSyncLog } from "./screens/sync-log";
import { UnsupportedScreen } from "./screens/unsupported";
import { Button } from "./ui/button";
import { ErrorNotice } from "./ui/error-notice";
import { Notice } from "./ui/notice";
import { useValue } from "./ui/observe";
import { applyPreferences, useTexts } from "./ui/preferences";
import { type Route, useRoute } from "./ui/route";
import { ToastPlace } from "./ui/toast";

applyPreferences();

const HomeScreen = lazyScreen(() => import("./screens/home").then((module) => module.HomeScreen));
const EnrolScreen = lazyScreen(() => import("./screens/enrol").then((module) => module.EnrolScreen));
const SavedScreen = lazyScreen(() => import("./screens/enrol").then((module) => module.SavedScreen));
const MembersScreen = lazyScreen(() => import("./screens/members").then((module) => module.MembersScreen));
const MemberScreen = lazyScreen(() => import("./screens/members").then((module) => module.MemberScreen));
const SlipScreen = lazyScreen(() => import("./screens/slip").then((module) => module.SlipScreen));
const SeriesScreen = lazyScreen(() => import("./screens/slip").then((module) => module.SeriesScreen));
const SharedScreen = lazyScreen(() => import("./screens/shared").then((module) => module.SharedScreen));
const LockScreen = lazyScreen(() => import("./screens/lock").then((module) => module.LockScreen));
const ChoosePinScreen = lazyScreen(() => import("./screens/lock").then((module) => module.ChoosePinScreen));
const ChangePinScreen = lazyScreen(() => import("./screens/lock").then((module) => module.ChangePinScreen));
const WipedScreen = lazyScreen(() => import("./screens/lock").then((module) => module.WipedScreen));
const CoursesScreen = lazyScreen(() => import("./screens/courses").then((module) => module.CoursesScreen));
const MeScreen = lazyScreen(() => import("./screens/me").then((module) => module.MeScreen));
const OutboxScreen = lazyScreen(() => import("./screens/outbox").then((module) => module.OutboxScreen));
const ChaseScreen = lazyScreen(() => import("./screens/chase").then((module) => module.ChaseScreen));
const CashScreen = lazyScreen(() => import("./screens/cash").then((module) => module.CashScreen));
const EmployersScreen = lazyScreen(() => import("./screens/employers").then((module) => module.EmployersScreen));
const DuesScreen = lazyScreen(() => import("./screens/dues").then((module) => module.DuesScreen));
const GroupsScreen = lazyScreen(() => import("./screens/groups").then((module) => module.GroupsScreen));
const SettingsScreen = lazyScreen(() => import("./screens/settings").then((module) => module.SettingsScreen));

/** The whole app: head bar, one screen, and the menu where no form is open. */
export function App() {
  const t = useTexts(commonTexts);
  const route = useRoute();
  const device = useValue(engine.device);
  const lock = useValue(engine.lock.state);
  const [ready, setReady] = useState(false);
  useEffect(keepSyncLog, []);
  useEffect(tellTouches, []);
  useEffect(() => {
    // Nothing is drawn before all that is stored was read, so that nothing jumps; starting twice is starting once.
    void engine.start().then(() => setReady(true));
  }, []);
  if (!ready || device.phase === "starting") return <p class="starting appear-late">{t.loading}</p>;
  if (device.phase === "unsupported") return <UnsupportedScreen problem={device.problem} />;
  if (device.phase === "wiped") return <WipedScreen />;
  if (lock.phase === "choosing") return <ChoosePinScreen />;
  if (lock.phase === "locked") return <LockScreen />;
  const first = route.path[0] ?? "home";
  if (device.phase === "new" || first === "activate") {
    return (
      <>
        <ActivateScreen key={route.path[1] ?? ""} code={first === "activate" ? (route.path[1] ?? "") : ""} />
        <ToastPlace />
      </>
    );
  }
  const inForm = first === "enrol";
  return (
    <div class={inForm ? "app" : "app app--nav"}>
      <HeadBar />
      <Announcements revoked={device.phase === "revoked"} inForm={inForm} />
      <Screen route={route} />
      {!inForm && <NavBar current={first} />}
      <ToastPlace />
    </div>
  );
}

/** Whoever works is not locked out. */
function tellTouches(): () => void {
  const kinds = ["pointerdown", "keydown", "input"] as const;
  const touched = () => engine.lock.touched();
  for (const kind of kinds) window.addEventListener(kind, touched, { capture: true, passive: true });
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, touched, { capture: true });
  };
}

function Screen({ route }: { route: Route }): ComponentChildren {
  const [first, second, third] = route.path;
  switch (first) {
    case "enrol":
      return <EnrolScreen draftId={second ?? null} step={third ?? null} />;
    case "saved":
      return <SavedScreen opId={second ?? ""} />;
    case "members":
      return <MembersScreen query={route.query} />;
    case "member":
      return <MemberScreen memberKey={second ?? ""} />;
    case "slip":
      return <SlipScreen memberKey={second ?? ""} />;
    case "series":
      return <SeriesScreen series={second ?? ""} />;
    case "shared":
      return <SharedScreen problem={route.query.get("problem")} />;
    case "outbox":
      return <OutboxScreen />;
    case "courses":
      return <CoursesScreen path={route.path.slice(1)} />;
    case "dues":
      return <DuesScreen memberKey={second ?? ""} />;
    case "employers":
      return <EmployersScreen path={route.path.slice(1)} />;
    case "cash":
      return <CashScreen path={route.path.slice(1)} query={route.query} />;
    case "chase":
      return <ChaseScreen path={route.path.slice(1)} />;
    case "groups":
      return <GroupsScreen path={route.path.slice(1)} />;
    case "me":
      return <MeScreen />;
    case "pin":
      return <ChangePinScreen />;
    case "settings":
      return <SettingsScreen />;
    default:
      return <HomeScreen />;
  }
}

/** What concerns every screen: a phone switched off, a form not saved, a new version. */
function Announcements({ revoked, inForm }: { revoked: boolean; inForm: boolean }) {
  const t = useTexts(commonTexts);
  const problem = useValue(engine.drafts.problem);
  const updates = useValue(engine.updates.state);
  return (
    <aside class="announcements" aria-label={t.announcements}>
      {revoked && (
        <Notice tone="stop" title={t.revoked} testid="revoked">
          <p>{t.revokedBody}</p>
        </Notice>
      )}
      {problem && <ErrorNotice error={problem} title={t.draftProblem} tone="stop" testid="draft-problem" />}
      {updates.ready && !inForm && (
        <Notice tone="note" testid="update-ready">
          <p>{t.updateReady}</p>
          <Button kind="quiet" onPress={() => engine.updates.apply()}>
            {t.updateNow}
          </Button>
        </Notice>
      )}
    </aside>
  );
}
