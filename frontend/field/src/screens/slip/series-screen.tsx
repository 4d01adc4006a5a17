import { useState } from "preact/hooks";
import { engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { inGroups } from "../../i18n/format";
import { slipTexts } from "../../i18n/slip";
import { Button, ButtonLink } from "../../ui/button";
import { StateBadge } from "../../ui/member-state";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { opsOfSeries } from "../enrol/series";
import { handOver, slipPicture } from "./picture";
import { hasSlip } from "./slip";
import { useSlipMaker } from "./use-slip";

async function membersOf(series: string): Promise<readonly MemberView[]> {
  const found = await Promise.all(opsOfSeries(series).map((op) => engine.members.find(op)));
  return found.filter((member) => member !== null);
}

/** `#/series/<id>`: everybody enrolled one after the other, each with code and slip. */
export function SeriesScreen({ series }: { series: string }) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => membersOf(series), [series, revision]);
  const members = loaded.state === "done" ? loaded.value : null;
  return (
    <Page
      title={t.seriesTitle}
      testid="screen-series"
      back={{ href: "#/", label: common.back }}
      foot={members?.some(hasSlip) && <SendAll members={members.filter(hasSlip)} />}
    >
      {members?.length === 0 && (
        <Empty title={t.seriesMissing}>
          <p>{t.seriesMissingBody}</p>
          <ButtonLink href="#/members">{common.members}</ButtonLink>
        </Empty>
      )}
      {members && members.length > 0 && (
        <>
          <p class="muted">{t.seriesCount(members.length)}</p>
          <ol class="series">
            {members.map((member) => (
              <SeriesMember key={member.key} member={member} />
            ))}
          </ol>
        </>
      )}
    </Page>
  );
}

function SeriesMember({ member }: { member: MemberView }) {
  const t = useTexts(slipTexts);
  const enrol = useTexts(enrolTexts);
  const slip = useSlipMaker()(member);
  return (
    <li class="card" data-testid="series-member">
      <div class="section__head">
        <h2>{member.name}</h2>
        <StateBadge state={member.state} />
      </div>
      {hasSlip(member) && (
        <p>
          <span class="muted small">{t.code}</span>
          <br />
          <strong class="payment__code">{member.paymentCode ? inGroups(member.paymentCode) : t.codeLater}</strong>
          <br />
          {slip.amount}, {t.until.toLowerCase()} {slip.until}
        </p>
      )}
      <div class="acts">
        {hasSlip(member) && (
          <ButtonLink icon="list" href={link("slip", member.key)} testid="series-slip">
            {t.toSlip}
          </ButtonLink>
        )}
        <ButtonLink href={link("member", member.key)}>{enrol.toMember}</ButtonLink>
      </div>
    </li>
  );
}

/** All slips at once: a family or a stand often has one phone for all. */
function SendAll({ members }: { members: readonly MemberView[] }) {
  const t = useTexts(slipTexts);
  const make = useSlipMaker();
  const [failed, setFailed] = useState(false);
  const send = async () => {
    const release = engine.lock.hold();
    try {
      await handOver(await Promise.all(members.map((member) => slipPicture(make(member)))), t.heading);
      setFailed(false);
    } catch {
      setFailed(true);
    } finally {
      release();
    }
  };
  return (
    <div class="stack stack--tight">
      <div role="status">{failed && <Notice tone="needs">{t.shareFailed}</Notice>}</div>
      <Button kind="primary" wide icon="image" onPress={() => void send()} testid="series-pictures">
        {t.allPictures}
      </Button>
    </div>
  );
}
