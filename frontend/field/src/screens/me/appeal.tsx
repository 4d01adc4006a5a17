import { useEffect, useState } from "preact/hooks";
import { type AppealKept, type ErrorView, engine, type FileEntry, type OpView } from "../../engine";
import { compressPaper } from "../../engine/photos";
import { appealTexts } from "../../i18n/appeal";
import { commonTexts } from "../../i18n/common";
import { dayOf, formatDate } from "../../i18n/format";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextArea } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { useAddress } from "../../ui/picture-address";
import { PicturePicker } from "../../ui/picture-picker";
import { useLanguage, useTexts } from "../../ui/preferences";

/** Base64 of it, the longest text and the frame of an op stay within the 64 KiB of one. */
const MOST_PAPER_BYTES = 42 * 1024;
const LONGEST = 2000;
const SHORTEST = 5;
/** Half a sentence is the most that a phone which dies can lose. */
const KEEP_AFTER_MS = 500;
const NOTHING: AppealKept = { text: "", op: null };

/** What was written on this phone against one measure: kept in the agent's own sealed store. */
function useKept(measure: string): [AppealKept | null, (kept: AppealKept) => Promise<void>] {
  const [kept, setKept] = useState<AppealKept | null>(null);
  useEffect(() => {
    void engine.learning.find().then((found) => setKept(found?.appeals?.[measure] ?? NOTHING));
  }, [measure]);
  const keep = async (next: AppealKept) => {
    setKept(next);
    await engine.learning.change((all) => ({ ...all, appeals: { ...all.appeals, [measure]: next } }));
  };
  return [kept, keep];
}

/** Where the op stands; asks for the newest file as soon as the server has accepted it. */
function useOp(id: string | null): OpView | null {
  const ops = useValue(engine.outbox.list);
  const [op, setOp] = useState<OpView | null>(null);
  useEffect(() => {
    if (id === null) setOp(null);
    else void engine.learning.findOp(id).then(setOp);
  }, [id, ops]);
  const isAccepted = op?.status === "accepted";
  useEffect(() => {
    if (isAccepted) void engine.sync.now();
  }, [isAccepted]);
  return op;
}

/** The agent's own appeal: written here, also without signal, and what became of it. */
export function Appeal({ entry, isLate }: { entry: FileEntry; isLate: boolean }) {
  const t = useTexts(appealTexts);
  const [kept, keep] = useKept(entry.id);
  const op = useOp(kept?.op ?? null);
  const [isOpen, setOpen] = useState(false);
  if (kept === null || (kept.op !== null && op === null)) return null;
  if (op !== null && op.status !== "rejected") return <Standing op={op} />;
  return (
    <>
      {op?.error && <ErrorNotice error={op.error} title={t.refused} testid="appeal-refused" />}
      {isLate ? null : isOpen || kept.text !== "" ? (
        <Form entry={entry} kept={kept} keep={keep} />
      ) : (
        <Button icon="pen" wide onPress={() => setOpen(true)} testid="appeal-begin">
          {t.begin}
        </Button>
      )}
    </>
  );
}

function Standing({ op }: { op: OpView }) {
  const t = useTexts(appealTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  if (op.status === "unsent" || op.status === "invalid")
    return (
      <Notice tone="needs" live title={t.kept} testid="appeal-kept">
        <p>{t.keptBody(formatDate(dayOf(op.madeAt, timezone), language))}</p>
      </Notice>
    );
  const inReview = op.status === "review" || op.status === "conflict";
  return (
    <Notice tone="done" live title={inReview ? t.review : t.sent} testid="appeal-sent">
      <p>{inReview ? t.reviewBody : t.sentBody}</p>
    </Notice>
  );
}

interface FormProps {
  readonly entry: FileEntry;
  readonly kept: AppealKept;
  readonly keep: (kept: AppealKept) => Promise<void>;
}

function Form({ entry, kept, keep }: FormProps) {
  const t = useTexts(appealTexts);
  const language = useLanguage();
  const [text, setText] = useState(kept.text);
  const [paper, setPaper] = useState<Blob | null>(null);
  const [isShort, setShort] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const guarded = async (act: () => Promise<unknown>) => {
    setProblem(null);
    await act().catch((failure: unknown) => setProblem(asErrorView(failure)));
  };
  const send = async () => {
    setShort(text.trim().length < SHORTEST);
    if (text.trim().length < SHORTEST) return;
    setBusy(true);
    await guarded(async () => {
      const picture = paper && { type: paper.type, data: await base64(paper) };
      const op = await engine.learning.append(
        "appeal",
        { measure: entry.id, text, paper: picture },
        null,
        entry.title[language],
      );
      await keep({ text: "", op: op.id });
    });
    setBusy(false);
  };
  useEffect(() => {
    if (text === kept.text) return;
    const timer = setTimeout(() => void guarded(() => keep({ ...kept, text })), KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="stack" data-testid="appeal-form">
      <p>{t.body}</p>
      {problem && <ErrorNotice error={problem} />}
      <TextArea
        id={`appeal-${entry.id}`}
        label={t.text}
        hint={t.textHint}
        value={text}
        onValue={setText}
        rows={5}
        maxLength={LONGEST}
        capitals="sentences"
        error={isShort ? t.textShort : undefined}
      />
      <Paper paper={paper} onPaper={(picture) => guarded(async () => setPaper(picture && (await shrink(picture))))} />
      <Button kind="primary" wide icon="check" busy={busy} onPress={() => void send()} testid="appeal-send">
        {t.send}
      </Button>
    </div>
  );
}

function Paper({ paper, onPaper }: { paper: Blob | null; onPaper: (picture: Blob | null) => Promise<void> }) {
  const t = useTexts(appealTexts);
  const common = useTexts(commonTexts);
  const address = useAddress(paper);
  return (
    <fieldset class="field">
      <legend class="field__label">
        {t.paper} <span class="field__optional">({common.optional})</span>
      </legend>
      <p class="field__hint">{t.paperHint}</p>
      {paper ? (
        <div class="photo" data-testid="appeal-paper">
          <div class="photo__frame">{address && <img src={address} alt={t.paperAlt} />}</div>
          <Button kind="quiet" icon="trash" onPress={() => void onPaper(null)}>
            {t.remove}
          </Button>
        </div>
      ) : (
        <div class="row">
          <PicturePicker id="appeal-camera" text={t.take} icon="camera" camera onPicture={onPaper} />
          <PicturePicker id="appeal-gallery" text={t.choose} icon="image" onPicture={onPaper} />
        </div>
      )}
    </fieldset>
  );
}

async function shrink(picture: Blob): Promise<Blob> {
  return new Blob([await compressPaper(picture, MOST_PAPER_BYTES)], { type: "image/jpeg" });
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
