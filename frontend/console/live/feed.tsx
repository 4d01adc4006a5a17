/** The last thirty things that happened, newest first: what, where, by which agent, when. Nothing about members. */
import { screenOf } from "./drill";
import { Panel } from "./panel";
import type { FeedItem } from "./state";
import { day, isEnglish, number, rupiah, t } from "./texts";

const DONE = new Set(["enrolment_accepted", "review_accepted", "payment_confirmed", "member_activated"]);
const NEEDS = new Set(["enrolment_in_review", "op_in_review"]);
const STOP = new Set([
  "enrolment_rejected",
  "review_rejected",
  "enrolment_cancelled",
  "review_cancelled",
  "enrolment_expired",
  "core_refused",
  "device_revoked",
]);
const IN_RUPIAH = new Set(["payment_confirmed"]);

interface Props {
  items: readonly FeedItem[];
  base: string;
  today: string;
  isAgent: boolean;
}

export function Feed({ items, base, today, isAgent }: Props) {
  return (
    <Panel title={t.feedTitle} class="live-feed-panel">
      {items.length === 0 ? (
        <p class="live-hint">{t.feedNone}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        <ol class="live-feed" tabIndex={0} aria-label={t.feedTitle}>
          {items.map((item) => (
            <li key={item.n} class="live-item">
              <Mark kind={item.kind} />
              <span class="live-what">
                <b>{isEnglish ? item.en : item.id}</b>
                {item.quantity > 1 && ` × ${number(item.quantity)}`}
                {item.amount > 0 && IN_RUPIAH.has(item.kind) && <span class="live-amount"> {rupiah(item.amount)}</span>}
                <small>
                  {item.agent && item.agent_id && !isAgent && (
                    <>
                      <a href={screenOf(base, "agent", item.agent_id)}>{item.agent}</a> ·{" "}
                    </>
                  )}
                  {item.office}
                </small>
              </span>
              <time class="live-time">
                {item.day !== today && <>{day(item.day)}, </>}
                {item.time}
              </time>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Mark({ kind }: { kind: string }) {
  const tone = DONE.has(kind) ? "done" : NEEDS.has(kind) ? "needs" : STOP.has(kind) ? "stop" : "note";
  return (
    <svg class={`live-mark ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.5" />
      {tone === "done" && <path d="m4.5 8.2 2.4 2.4 4.6-5" />}
      {tone === "needs" && <path d="M8 4v5M8 11.2v.6" />}
      {tone === "stop" && <path d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4" />}
      {tone === "note" && <path d="M5 8h6" />}
    </svg>
  );
}
