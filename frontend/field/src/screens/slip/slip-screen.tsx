import { engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { slipTexts } from "../../i18n/slip";
import { ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { PastNotice } from "./past-notice";
import { hasSlip, type Slip } from "./slip";
import { SlipActs } from "./slip-acts";
import { SlipQris } from "./slip-qris";
import { useSlipMaker } from "./use-slip";

/** `#/slip/<key>`: what the worker takes along, and the ways to hand it over. */
export function SlipScreen({ memberKey }: { memberKey: string }) {
  const t = useTexts(slipTexts);
  const common = useTexts(commonTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => engine.members.find(memberKey), [memberKey, revision]);
  const back = { href: link("member", memberKey), label: common.back };
  if (loaded.state === "loading") {
    return (
      <Page title={t.title} back={back} testid="screen-slip">
        <p class="appear-late">{common.loading}</p>
      </Page>
    );
  }
  const member = loaded.state === "done" ? loaded.value : null;
  if (member === null || !hasSlip(member)) {
    return (
      <Page title={t.title} back={{ href: "#/members", label: common.back }} testid="screen-slip-missing">
        <Empty title={t.notFound}>
          <p>{t.notFoundBody}</p>
          <ButtonLink href="#/members">{common.members}</ButtonLink>
        </Empty>
      </Page>
    );
  }
  return <Shown member={member} />;
}

function Shown({ member }: { member: MemberView }) {
  const t = useTexts(slipTexts);
  const common = useTexts(commonTexts);
  const slip = useSlipMaker()(member);
  return (
    <Page
      title={t.title}
      back={{ href: link("member", member.key), label: common.back }}
      testid="screen-slip"
      foot={<SlipActs slip={slip} phone={member.phone} />}
    >
      <PastNotice member={member} />
      <SlipCard slip={slip} />
      <SlipQris member={member} />
    </Page>
  );
}

/** The slip as it will be on the picture, to be read to the worker. */
export function SlipCard({ slip }: { slip: Slip }) {
  const t = useTexts(slipTexts);
  return (
    <section class="card slip" data-testid="slip" data-ready={slip.ready} aria-label={slip.heading}>
      <h2>{slip.heading}</h2>
      <dl class="slip__main">
        <div>
          <dt>{t.code}</dt>
          <dd class="payment__code" data-testid="slip-code" data-code={slip.code ?? ""}>
            {slip.codeShown}
          </dd>
        </div>
        <div>
          <dt>{t.amount}</dt>
          <dd class="payment__amount">{slip.amount}</dd>
        </div>
      </dl>
      {!slip.ready && (
        <Notice tone="needs" testid="slip-not-yet">
          <p>{slip.notes[0]}</p>
        </Notice>
      )}
      <dl class="slip__rows">
        {slip.rows.map(([name, value]) => (
          <div key={name} class="slip__row">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {slip.notes.slice(slip.ready ? 0 : 1).map((note) => (
        <p key={note}>{note}</p>
      ))}
      <div class="muted small slip__foot">
        {slip.foot.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </section>
  );
}
