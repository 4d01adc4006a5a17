import { useState } from "preact/hooks";
import type { CashKept, ErrorView } from "../../engine";
import { type CheckedReceipt, checkReceipt, findCode } from "../../engine/cash-check";
import { cashTexts } from "../../i18n/cash";
import { formatInstant, formatMoney, formatMonth } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { CodeScanner } from "../../ui/code-scanner";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { TextArea } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { Facts, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { useToday } from "./overview";
import { useCash } from "./use-cash";

/** Somebody shows a receipt: is it genuine? Also without signal. */
export function CheckScreen() {
  const t = useTexts(cashTexts);
  const { kept } = useCash();
  const [text, setText] = useState("");
  const [scanning, setScanning] = useState(false);
  const [wrong, setWrong] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [found, setFound] = useState<{ readonly code: string; readonly checked: CheckedReceipt } | null>(null);
  const check = async (code: string | null) => {
    setWrong(code === null);
    // What stood there was said of another receipt.
    setFound(null);
    setProblem(null);
    if (code === null || kept?.state == null) return;
    try {
      setFound({ code, checked: await checkReceipt(code, kept.state) });
    } catch (failure) {
      setProblem(asErrorView(failure));
    }
  };
  const seen = (code: string) => {
    setScanning(false);
    void check(code);
  };
  return (
    <Page title={t.checkTitle} back={{ href: "#/cash", label: t.back }} testid="screen-cash-check">
      <p>{t.checkBody}</p>
      {kept && kept.state === null && (
        <Notice tone="needs" title={t.notReady}>
          {t.notReadyBody}
        </Notice>
      )}
      {found && <Verdict {...found} kept={kept} />}
      {problem && <ErrorNotice error={problem} />}
      {scanning ? (
        <CodeScanner
          read={findCode}
          says={t.scanning}
          stop={t.stop}
          onFound={seen}
          onStop={() => setScanning(false)}
          onProblem={setProblem}
        />
      ) : (
        <>
          <Button icon="qr" wide onPress={() => setScanning(true)} testid="cash-scan">
            {t.scan}
          </Button>
          <TextArea
            id="cash-paste"
            label={t.paste}
            value={text}
            onValue={setText}
            rows={3}
            error={wrong ? t.notACode : undefined}
          />
          <Button kind="primary" wide icon="search" onPress={() => void check(findCode(text))} testid="cash-check-it">
            {t.checkIt}
          </Button>
        </>
      )}
    </Page>
  );
}

function Verdict({ code, checked, kept }: { code: string; checked: CheckedReceipt; kept: CashKept | null }) {
  const t = useTexts(cashTexts);
  const language = useLanguage();
  const { timezone } = useToday();
  const looks = {
    genuine: { tone: "done", title: t.genuine, body: checked.endedLater ? t.genuineEnded : t.genuineBody },
    forged: { tone: "stop", title: t.forged, body: t.forgedBody },
    off: { tone: "stop", title: t.off, body: t.offBody },
  } as const;
  const look = looks[checked.verdict];
  const { said } = checked;
  const ends = [said?.firstMonth, said?.lastMonth].filter((month) => month != null);
  const months = [...new Set(ends)].map((month) => formatMonth(month, language)).join(" – ") || "-";
  return (
    <div class="stack" data-testid="cash-verdict" data-verdict={checked.verdict}>
      <Notice tone={look.tone} title={look.title} live>
        <p>{look.body}</p>
      </Notice>
      {said && (
        <Facts
          rows={[
            [t.number, said.number],
            [t.amount, formatMoney(said.amount)],
            [t.payer, said.payer],
            [t.forMonths, months],
            [t.by, checked.agentCode ?? "-"],
            [t.made, formatInstant(said.at, timezone, language)],
          ]}
        />
      )}
      {said && (
        <ButtonLink wide icon="search" external href={`${kept?.state?.check_url ?? "/kuitansi/"}${code}`}>
          {t.openPage}
        </ButtonLink>
      )}
    </div>
  );
}
