/** The live screen: one store of numbers, one connection that moves them, parts that draw them. */
import { render } from "preact";
import { AttainmentPart } from "./attainment";
import { Children } from "./children";
import { Feed } from "./feed";
import { Headline, New, Standing } from "./figures";
import { Funnel } from "./funnel";
import { Leaders } from "./leaders";
import { LeadersOfMany } from "./leaders-of-many";
import { Pace } from "./pace";
import { keepPlace, returnToPlace } from "./place";
import { apply, type Change, type Payload, type Screen } from "./state";
import { isOld, LiveState, Outage } from "./status";
import { Connection, type State } from "./stream";
import { t } from "./texts";
import { SMALL_MAP, TileMapPart } from "./tilemap";

export function show(root: HTMLElement, pill: HTMLElement | null, screen: Screen): void {
  let payload = screen.payload;
  let state: State | null = null;
  let freshAt = Date.now();
  let skew = Date.now() - payload.as_of;
  let isDrawing = false;

  const draw = (): void => {
    isDrawing = false;
    render(<Page payload={payload} screen={screen} state={state} />, root);
    drawState();
  };
  /** Every second, for it says how old the numbers are; they themselves have not moved. */
  const drawState = (): void => {
    if (pill) {
      const movedAt = payload.moved_at === null ? null : payload.moved_at + skew;
      render(<LiveState state={state} freshAt={freshAt} movedAt={movedAt} now={Date.now()} />, pill);
    }
  };
  /** Several messages at once are one drawing. */
  const drawSoon = (): void => {
    if (!isDrawing) {
      isDrawing = true;
      queueMicrotask(draw);
    }
  };

  const connection = new Connection(screen, {
    whole(next: Payload) {
      payload = next;
      skew = Date.now() - next.as_of;
      drawSoon();
    },
    change(change: Change) {
      payload = apply(payload, change);
      drawSoon();
    },
    state(next: State) {
      state = next;
      drawSoon();
    },
    fresh(at: number) {
      freshAt = at;
    },
  });
  keepPlace();
  root.replaceChildren();
  draw();
  returnToPlace();
  connection.start();
  setInterval(drawState, 1000);
}

function Page({ payload, screen, state }: { payload: Payload; screen: Screen; state: State | null }) {
  return (
    <div class={isOld(state) ? "live old" : "live"}>
      <Outage state={state} />
      <Nobody payload={payload} />
      <Headline payload={payload} screen={screen} />
      <New payload={payload} screen={screen} />
      <div class="live-row">
        <AttainmentPart payload={payload} screen={screen} />
        <Pace hours={payload.hours} hour={payload.hour} pace={payload.pace} />
      </div>
      <div class="live-row">
        <Funnel payload={payload} screen={screen} />
      </div>
      <Standing payload={payload} screen={screen} />
      <div class={screen.map && screen.map.columns > SMALL_MAP ? "live-row wide-map" : "live-row"}>
        <Feed items={payload.feed} base={screen.base} today={payload.day} isAgent={payload.level === "agent"} />
        {screen.map && <TileMapPart map={screen.map} payload={payload} members={screen.members} />}
      </div>
      <Leaders rows={payload.leaders} base={screen.base} />
      <LeadersOfMany payload={payload} screen={screen} />
      <Children payload={payload} screen={screen} />
    </div>
  );
}

/** Says why there is nothing yet, and what comes first. */
function Nobody({ payload: { level, children } }: { payload: Payload }) {
  const isAbove = level === "nation" || level === "region";
  const hasSome = isAbove ? children.length > 0 : level === "agent" || children.some((row) => row.level === "agent");
  return hasSome ? null : (
    <div class="notice note" data-nobody>
      <p>{isAbove ? t.noBranches : t.noAgents}</p>
    </div>
  );
}
