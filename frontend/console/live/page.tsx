/** The live screen: one store of numbers, one connection that moves them, parts that draw them. */
import { render } from "preact";
import { AttainmentPart } from "./attainment";
import { Children } from "./children";
import { Feed } from "./feed";
import { Figures } from "./figures";
import { Pace } from "./pace";
import { apply, type Change, type Payload, type Screen } from "./state";
import { LiveState, Outage } from "./status";
import { Connection, type State } from "./stream";
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
  root.replaceChildren();
  draw();
  connection.start();
  setInterval(drawSoon, 1000);
}

function Page({ payload, screen, state }: { payload: Payload; screen: Screen; state: State | null }) {
  return (
    <div class="live">
      <Outage state={state} />
      <Figures payload={payload} members={screen.members} />
      <div class="live-row">
        <AttainmentPart attainment={payload.attainment} quota={payload.quota} />
        <Pace hours={payload.hours} hour={payload.hour} />
      </div>
      <div class={screen.map && screen.map.columns > SMALL_MAP ? "live-row wide-map" : "live-row"}>
        <Feed items={payload.feed} base={screen.base} today={payload.day} isAgent={payload.level === "agent"} />
        {screen.map && <TileMapPart map={screen.map} payload={payload} members={screen.members} />}
      </div>
      <Children rows={payload.children} base={screen.base} />
    </div>
  );
}
