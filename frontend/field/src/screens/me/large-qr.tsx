import { useRef } from "preact/hooks";
import { licenceTexts } from "../../i18n/me-licence";
import { Button } from "../../ui/button";
import { useTexts } from "../../ui/preferences";
import { Qr } from "./qr";

interface Props {
  readonly rows: readonly string[];
  readonly label: string;
  /** Whose badge it is, for whoever scans. */
  readonly name: string;
  readonly code: string;
}

/** The QR code in the card, and as large as the screen: to be scanned at arm's length, in the sun. */
export function LargeQr({ rows, label, name, code }: Props) {
  const t = useTexts(licenceTexts);
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <Qr rows={rows} label={label} />
      <Button icon="qr" wide onPress={() => dialog.current?.showModal()} testid="qr-large">
        {t.qrLarge}
      </Button>
      <dialog ref={dialog} class="large-qr" aria-label={label} data-testid="large-qr">
        <Qr rows={rows} label={label} />
        <strong>{name}</strong>
        <span>{code}</span>
        <Button kind="primary" wide onPress={() => dialog.current?.close()} testid="qr-close">
          {t.qrClose}
        </Button>
      </dialog>
    </>
  );
}
