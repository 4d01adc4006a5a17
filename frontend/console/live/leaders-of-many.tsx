/** The nation's and a region's branches beside those alike, by what each active agent brings a working day; or, chosen, their agents,
 * which are asked for then. The choice is kept in the address. */
import { useEffect, useState } from "preact/hooks";
import { screenOf } from "./drill";
import { classOf } from "./leaders";
import { Ranking } from "./ranking";
import type { LeadingAgent, LeadingBranch, LeadingClass, Payload, Screen } from "./state";
import { fetchJson } from "./stream";
import { clock, decimal, number, t } from "./texts";

const CHOICE = "leaders";
type Who = "branches" | "agents";

interface Asked {
  readonly classes: readonly LeadingClass<LeadingAgent>[];
  readonly at: number;
}

export function LeadersOfMany({ payload, screen }: { payload: Payload; screen: Screen }) {
  const [who, setWho] = useState<Who>(() => chosen());
  if (screen.agents === null || payload.leading_branches.length === 0) {
    return null;
  }
  const choose = (next: Who): void => {
    const address = new URL(location.href);
    next === "agents" ? address.searchParams.set(CHOICE, next) : address.searchParams.delete(CHOICE);
    history.replaceState(history.state, "", address);
    setWho(next);
  };
  return (
    <section class="card live-group" data-leaders={who}>
      <h2 class="live-title">{t.leadersOf[who]}</h2>
      <p class="live-hint">{t.leadersOfHint[who]}</p>
      <fieldset class="live-choice">
        <legend class="visually-hidden">{t.leadersChoice}</legend>
        {(["branches", "agents"] as const).map((one) => (
          <button key={one} class="btn btn-quiet" type="button" aria-pressed={one === who} onClick={() => choose(one)}>
            {t.leadersWho[one]}
          </button>
        ))}
      </fieldset>
      {who === "branches" ? (
        <div class="live-classes">
          {payload.leading_branches.map((one) => (
            <Branches key={String(one.is_city)} one={one} base={screen.base} />
          ))}
        </div>
      ) : (
        <Agents address={screen.agents} base={screen.base} />
      )}
    </section>
  );
}

function Branches({ one, base }: { one: LeadingClass<LeadingBranch>; base: string }) {
  return (
    <Ranking
      title={one.is_city ? t.mostlyCity : t.mostlyRegency}
      sample={t.sampleBranches(number(one.of), number(one.all))}
      who={t.branchHead}
      heads={[t.perAgentDay, t.ofPace, t.inDays]}
      few={t.branchesNotRanked}
      rest={one.all > one.rows.length && t.branchesMore(number(one.all - one.rows.length))}
      rows={one.rows.map((row) => ({
        ...row,
        address: screenOf(base, "branch", row.key),
        cells: [
          row.agents ? decimal(row.per_day / 100) : "–",
          row.of_pace === null ? t.noTarget : `${number(row.of_pace)}%`,
          t.acceptedByAgents(number(row.accepted), row.agents === null ? "–" : number(row.agents), number(row.days)),
        ],
      }))}
    />
  );
}

function Agents({ address, base }: { address: string; base: string }) {
  const [asked, setAsked] = useState<Asked | "away" | null>(null);
  const ask = (): void => {
    void fetchJson<Pick<Asked, "classes">>(address).then((answer) => {
      setAsked(typeof answer === "object" ? { ...answer, at: Date.now() } : "away");
    });
  };
  useEffect(ask, [address]);
  if (asked === null || asked === "away") {
    return <p class="live-hint">{asked === null ? t.asking : t.askingFailed}</p>;
  }
  return (
    <>
      <p class="live-hint">
        {t.standingAt(clock(asked.at))}{" "}
        <button class="btn btn-quiet" type="button" onClick={ask}>
          {t.askAgain}
        </button>
      </p>
      <div class="live-classes">
        {asked.classes.map((one) => (
          <Ranking
            key={`${one.is_city}${one.is_new}`}
            title={classOf(one.is_city, one.is_new)}
            sample={t.sample(number(one.of))}
            who={t.agentHead}
            heads={[t.perWorkingDay, t.inDays]}
            few={t.notRanked}
            rest={one.all > one.rows.length && t.agentsMore(number(one.all - one.rows.length))}
            rows={one.rows.map((row) => ({
              ...row,
              address: screenOf(base, "agent", row.key),
              code: `${row.code} · ${row.office}`,
              cells: [decimal(row.per_day / 100), t.acceptedInDays(number(row.accepted), number(row.days))],
            }))}
          />
        ))}
      </div>
    </>
  );
}

function chosen(): Who {
  return new URLSearchParams(location.search).get(CHOICE) === "agents" ? "agents" : "branches";
}
