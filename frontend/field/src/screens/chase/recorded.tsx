import { chaseTexts } from "../../i18n/chase";
import { Button } from "../../ui/button";
import { Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";
import { takeBack } from "./outcome";
import { type Dues, useMembers } from "./use-dues";

/** What was recorded today, each with its way back. */
export function Recorded({ dues }: { dues: Dues }) {
  const t = useTexts(chaseTexts);
  const made = (dues.kept?.visits ?? []).filter((one) => one.on === dues.today && one.undoneAt === null).slice(0, 20);
  const members = useMembers(made.map((one) => one.enrolment));
  if (made.length === 0) return null;
  const undo = async (op: string, name: string) => {
    await takeBack(dues, op, name);
    toast(t.undone);
  };
  return (
    <Section title={t.today} testid="chase-recorded">
      {made.map((one) => {
        const name = members.get(one.enrolment)?.name ?? "";
        return (
          <div class="card chase__recorded" key={one.op}>
            <span>
              <strong>{name}</strong>
              <br />
              {t[one.outcome]}
            </span>
            <Button kind="quiet" icon="undo" onPress={() => void undo(one.op, name)} testid="chase-undo">
              {t.undo}
            </Button>
          </div>
        );
      })}
    </Section>
  );
}
