import { useRef } from "preact/hooks";
import { engine } from "../engine";
import { Button } from "./button";
import type { IconName } from "./icon";
import { forgetReturn, rememberReturn } from "./return-to";

/** Older browsers do not tell of a camera that was closed without a picture: nothing came this long after the return. */
const GIVEN_UP_AFTER = 3_000;

interface Props {
  readonly id: string;
  readonly text: string;
  readonly icon: IconName;
  /** Opens the back camera at once; else the gallery and the files. */
  readonly camera?: boolean;
  readonly onPicture: (picture: File) => Promise<unknown>;
}

/**
 * A button that opens the phone's camera or gallery. Everything typed is on the phone before it opens, the app does not
 * lock while it covers the page, and where to go on is remembered in case the system closes the page.
 */
export function PicturePicker({ id, text, icon, camera = false, onPicture }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const release = useRef<() => void>(() => undefined);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const open = async () => {
    // What cannot be saved is told by the screen itself; the camera opens all the same.
    await engine.drafts.flush().catch(() => undefined);
    rememberReturn();
    release.current = engine.lock.hold();
    const back = () => {
      waiting.current = setTimeout(closed, GIVEN_UP_AFTER);
    };
    window.addEventListener("focus", back, { once: true });
    input.current?.click();
  };
  const closed = () => {
    clearTimeout(waiting.current);
    forgetReturn();
    release.current();
  };
  const chosen = async (file: File | undefined) => {
    clearTimeout(waiting.current);
    if (file) await onPicture(file);
    closed();
    if (input.current) input.current.value = "";
  };
  // Preact's types do not know `cancel` of a file input.
  const listen = (element: HTMLInputElement | null) => {
    input.current = element;
    if (element) element.oncancel = closed;
  };
  return (
    <>
      <input
        ref={listen}
        id={id}
        class="visually-hidden"
        type="file"
        accept="image/*"
        capture={camera ? "environment" : undefined}
        tabIndex={-1}
        aria-hidden="true"
        data-testid={id}
        onChange={(event) => void chosen(event.currentTarget.files?.[0])}
      />
      <Button icon={icon} onPress={() => void open()} testid={`${id}-button`}>
        {text}
      </Button>
    </>
  );
}
