import type { GroupTold } from "../../engine";
import { allGroups, endingNow } from "../../engine/groups";
import { formatAge } from "../../i18n/format";
import { groupsTexts } from "../../i18n/groups";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { useNow } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { Ending } from "./ending";
import { GroupScreen } from "./group";
import { NewGroupScreen } from "./new-group";
import { type Groups, useGroups } from "./use-groups";

/** `#/groups`, `#/groups/new`, `#/groups/<id>`. */
export function GroupsScreen({ path }: { path: readonly string[] }) {
  const groups = useGroups();
  const [which] = path;
  if (groups.kept === null) return <main class="page" aria-busy="true" />;
  if (which === "new") return <NewGroupScreen groups={groups} />;
  const chosen = allGroups(groups.kept).find((group) => group.id === which);
  if (chosen) return <GroupScreen group={chosen} isMade={groups.kept.made.includes(chosen)} />;
  return <ListScreen groups={groups} />;
}

function ListScreen({ groups }: { groups: Groups }) {
  const t = useTexts(groupsTexts);
  const language = useLanguage();
  const now = useNow();
  const { kept, problem, busy } = groups;
  if (kept === null) return null;
  const all = allGroups(kept);
  return (
    <Page
      title={t.title}
      back={{ href: "#/", label: t.toHome }}
      testid="screen-groups"
      foot={
        <ButtonLink kind="primary" wide icon="plus" href={link("groups", "new")} testid="group-new">
          {t.make}
        </ButtonLink>
      }
    >
      {kept.told === null && <Notice tone="needs" title={t.needSignal} testid="groups-need-signal" />}
      {kept.told === null && problem && <ErrorNotice error={problem} />}
      {all.length === 0 && kept.told !== null && (
        <Empty title={t.none}>
          <p>{t.noneBody}</p>
        </Empty>
      )}
      {all.map((group) => (
        <GroupCard key={group.id} group={group} isMade={kept.made.includes(group)} />
      ))}
      <Ending groups={groups} ending={endingNow(kept)} />
      {kept.told && (
        <div class="section">
          <p class="muted small">{t.asOf(formatAge(now - kept.fetchedAt, language))}</p>
          <Button icon="sync" busy={busy} onPress={groups.reload}>
            {t.reload}
          </Button>
        </div>
      )}
    </Page>
  );
}

function GroupCard({ group, isMade }: { group: GroupTold; isMade: boolean }) {
  const t = useTexts(groupsTexts);
  return (
    <a class="card card--link" href={link("groups", group.id)} data-testid={`group-${group.id}`}>
      <Icon name="people" />
      <span class="card__main">
        <strong>{group.name}</strong>
        <span class="muted small">
          {t[group.kind]} · {isMade ? t.unsent : state(group, t)}
        </span>
      </span>
      <Icon name="forward" />
    </a>
  );
}

function state(
  group: GroupTold,
  t: { paid(paid: number, all: number): string; members(count: number): string },
): string {
  return group.members === 0 ? t.members(0) : t.paid(group.paid, group.members);
}
