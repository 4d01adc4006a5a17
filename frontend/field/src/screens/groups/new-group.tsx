import { useState } from "preact/hooks";
import { type ErrorView, engine, type GroupKind, type VillageView } from "../../engine";
import { uuid7 } from "../../engine/encoding";
import { withGroup } from "../../engine/groups";
import { groupsTexts } from "../../i18n/groups";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextField } from "../../ui/field";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { SelectField } from "../../ui/select-field";
import { toast } from "../../ui/toast";
import { normalisePhone } from "../enrol/form";
import type { Groups } from "./use-groups";
import { VillageSearch } from "./village-search";

export const KINDS: readonly GroupKind[] = [
  "ojek_stand",
  "market",
  "cooperative",
  "farmers",
  "fishers",
  "vendors",
  "worship",
  "other",
];

interface Form {
  readonly kind: GroupKind;
  readonly name: string;
  readonly place: string;
  readonly village: VillageView | null;
  readonly coordinator: string;
  readonly phone: string;
}

const EMPTY: Form = { kind: "ojek_stand", name: "", place: "", village: null, coordinator: "", phone: "" };

/** `#/groups/new`: kept on the phone at once, sent when there is signal. */
export function NewGroupScreen({ groups }: { groups: Groups }) {
  const t = useTexts(groupsTexts);
  const [form, setForm] = useState<Form>(EMPTY);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  // Made once: a second press after a failure in the middle makes no second group.
  const [id] = useState(() => uuid7(Date.now()));
  const set = (patch: Partial<Form>) => setForm({ ...form, ...patch });
  const phone = form.phone.trim() === "" ? null : normalisePhone(form.phone);
  const phoneWrong = form.phone.trim() !== "" && phone === null;
  const lacks = (value: string) => (tried && value.trim() === "" ? t.needed : undefined);
  const save = async () => {
    setTried(true);
    const { village, kind, name, place, coordinator } = form;
    if (name.trim() === "" || coordinator.trim() === "" || village === null || phoneWrong) return;
    setBusy(true);
    try {
      const body = {
        kind,
        name: name.trim(),
        place: place.trim() || null,
        region: village.code,
        coordinator: { name: coordinator.trim(), phone },
      };
      const op = await engine.learning.append("group_new", body, null, body.name, id);
      const made = { id: op.id, kind, name: body.name, place: body.place ?? "", region: village.code, phone };
      await groups.change((kept) =>
        withGroup(kept, { ...made, coordinator: coordinator.trim(), members: 0, paid: 0, order: null }),
      );
      toast(t.saved);
      navigate(link("groups", op.id), "replace");
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  return (
    <Page
      title={t.make}
      back={{ href: "#/groups", label: t.back }}
      testid="screen-group-new"
      foot={
        <Button kind="primary" wide busy={busy} onPress={() => void save()} testid="group-save">
          {t.save}
        </Button>
      }
    >
      {problem && <ErrorNotice error={problem} />}
      <SelectField
        id="group-kind"
        label={t.kind}
        value={form.kind}
        onValue={(kind) => set({ kind })}
        options={KINDS.map((value) => ({ value, label: t[value] }))}
      />
      <TextField
        id="group-name"
        label={t.name}
        hint={t.nameHint}
        value={form.name}
        onValue={(name) => set({ name })}
        capitals="words"
        maxLength={120}
        error={lacks(form.name)}
      />
      <TextField
        id="group-place"
        label={t.place}
        optional={t.optional}
        value={form.place}
        onValue={(place) => set({ place })}
        maxLength={120}
      />
      <VillageSearch
        picked={form.village}
        onPick={(village) => set({ village })}
        error={tried && form.village === null ? t.needed : undefined}
      />
      <TextField
        id="group-coordinator"
        label={t.coordinator}
        hint={t.coordinatorHint}
        value={form.coordinator}
        onValue={(coordinator) => set({ coordinator })}
        capitals="words"
        maxLength={120}
        error={lacks(form.coordinator)}
      />
      <TextField
        id="group-phone"
        label={t.phone}
        optional={t.optional}
        value={form.phone}
        onValue={(typed) => set({ phone: typed })}
        keyboard="tel"
        error={tried && phoneWrong ? t.badPhone : undefined}
      />
    </Page>
  );
}
