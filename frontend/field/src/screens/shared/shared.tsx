import { useState } from "preact/hooks";
import {
  type Draft,
  type ErrorCode,
  type ErrorView,
  engine,
  type MemberView,
  type SharedPicture as Shared,
} from "../../engine";
import { commonTexts } from "../../i18n/common";
import { photoTexts } from "../../i18n/enrol-photo";
import { formatAge, formatDate } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { useLoaded, useNow, useValue } from "../../ui/observe";
import { Empty, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { toast } from "../../ui/toast";
import { SharedPicture } from "./shared-picture";
import { awaitedPhotos } from "./waiting";

/** `#/shared`: pictures that came in from another app, each to be given to a worker. */
export function SharedScreen({ problem }: { problem: string | null }) {
  const t = useTexts(photoTexts);
  const common = useTexts(commonTexts);
  const inbox = useValue(engine.photos.inbox);
  const [picture] = inbox;
  return (
    <Page title={t.sharedTitle} testid="screen-shared" back={{ href: "#/", label: common.back }}>
      {problem !== null && (
        <ErrorNotice
          error={{ code: problem as ErrorCode, text: null }}
          title={t.sharedProblem}
          testid="shared-problem"
        />
      )}
      {picture ? (
        <Give key={picture.id} picture={picture} />
      ) : (
        <Empty title={t.sharedEmpty}>
          <p>{t.sharedEmptyBody}</p>
          <ButtonLink href="#/">{common.home}</ButtonLink>
        </Empty>
      )}
    </Page>
  );
}

function Give({ picture }: { picture: Shared }) {
  const t = useTexts(photoTexts);
  const language = useLanguage();
  const now = useNow();
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const give = async (to: (blob: Blob) => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await to(await engine.photos.openShared(picture.id));
      await engine.photos.dropShared(picture.id);
    } catch (error) {
      setProblem(asErrorView(error));
    }
    setBusy(false);
  };
  const drop = async () => {
    await engine.photos.dropShared(picture.id);
    toast(t.sharedDropped);
  };
  return (
    <>
      <SharedPicture id={picture.id} />
      <p class="muted small">{t.sharedAge(formatAge(now - picture.receivedAt, language))}</p>
      {problem && <ErrorNotice error={problem} />}
      <Section title={t.sharedFor} testid="shared-for">
        <Takers busy={busy} give={give} />
      </Section>
      <Button kind="quiet" icon="trash" onPress={() => void drop()} testid="shared-drop">
        {t.sharedDrop}
      </Button>
    </>
  );
}

interface TakersProps {
  readonly busy: boolean;
  readonly give: (to: (blob: Blob) => Promise<void>) => Promise<void>;
}

/** Forms that are open, members whose picture is awaited, or somebody new. */
function Takers({ busy, give }: TakersProps) {
  const t = useTexts(photoTexts);
  const language = useLanguage();
  const drafts = useValue(engine.drafts.list).filter((draft) => draft.photo === null);
  const revision = useValue(engine.members.revision);
  const awaited = useLoaded(() => awaitedPhotos(engine.members), [revision]);
  const members = awaited.state === "done" ? awaited.value : [];
  const toDraft = async (draft: Draft, blob: Blob) => {
    await engine.photos.attach(draft.id, blob);
    navigate(link("enrol", draft.id, "identity"));
  };
  const toMember = async (member: MemberView, blob: Blob) => {
    await engine.photos.attachLater(member.key, blob);
    toast(t.sharedTaken(member.name));
    navigate(link("member", member.key));
  };
  return (
    <div class="stack">
      {drafts.map((draft) => (
        <Button
          key={draft.id}
          wide
          busy={busy}
          icon="pen"
          onPress={() => void give((blob) => toDraft(draft, blob))}
          testid="shared-draft"
        >
          {draft.fields.name ? t.sharedDraft(draft.fields.name) : t.sharedDraftUnnamed}
        </Button>
      ))}
      {members.map((member) => (
        <Button
          key={member.key}
          wide
          busy={busy}
          icon="people"
          onPress={() => void give((blob) => toMember(member, blob))}
          testid="shared-member"
        >
          {t.sharedMember(member.name, formatDate(member.photoBy ?? "", language))}
        </Button>
      ))}
      <Button
        wide
        kind="primary"
        busy={busy}
        icon="plus"
        onPress={() => void give(async (blob) => toDraft(await engine.drafts.start(), blob))}
        testid="shared-new"
      >
        {t.sharedNew}
      </Button>
    </div>
  );
}
