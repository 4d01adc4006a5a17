import { useState } from "preact/hooks";
import { type ErrorView, engine } from "../engine";
import { outboxTexts } from "../i18n/outbox";
import { Button } from "../ui/button";
import { asErrorView, ErrorNotice } from "../ui/error-notice";
import { Section } from "../ui/page";
import { useTexts } from "../ui/preferences";
import { toast } from "../ui/toast";
import { handOver } from "./hand-over";

interface Props {
  /** Ops of the agent's former profile, whose PIN was forgotten. */
  readonly oldUnsent: number;
}

/** For days without signal: what is unsent as a sealed file, to be carried to the office. */
export function OutboxFile({ oldUnsent }: Props) {
  const t = useTexts(outboxTexts);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const files = await engine.outbox.exportSealed();
      const way = files.length === 0 ? "closed" : await handOver(files);
      if (way === "saved") toast(t.fileSaved);
      if (way === "shared") toast(t.fileShared);
    } catch (error) {
      setProblem(asErrorView(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t.fileTitle} testid="outbox-file">
      <p>{t.fileBody}</p>
      {oldUnsent > 0 && <p data-testid="old-unsent">{t.oldUnsent(oldUnsent)}</p>}
      <p class="muted small">{t.fileSafe}</p>
      {problem && <ErrorNotice error={problem} testid="file-error" />}
      <Button icon="share" wide busy={busy} onPress={() => void send()} testid="send-file">
        {t.sendFile}
      </Button>
    </Section>
  );
}
