import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { photoTexts } from "../../i18n/enrol-photo";
import { formatAge } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { useNow, useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { SharedPicture } from "../shared/shared-picture";

/** Pictures shared in from another app, to be taken for this worker. */
export function SharedPictures({ onPicture }: { onPicture: (picture: Blob) => Promise<boolean> }) {
  const t = useTexts(photoTexts);
  const language = useLanguage();
  const now = useNow();
  const inbox = useValue(engine.photos.inbox);
  const [open, setOpen] = useState(false);
  if (inbox.length === 0) return null;
  const take = async (id: string) => {
    if (await onPicture(await engine.photos.openShared(id))) await engine.photos.dropShared(id);
  };
  return (
    <>
      <div>
        <button
          type="button"
          class="chip chip--icon"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-testid="shared-chip"
        >
          <Icon name="share" size={20} />
          <span>{t.sharedCount(inbox.length)}</span>
        </button>
      </div>
      {open && (
        <ul class="shared-list">
          {inbox.map((picture) => (
            <li key={picture.id} class="card">
              <SharedPicture id={picture.id} />
              <p class="muted small">{t.sharedAge(formatAge(now - picture.receivedAt, language))}</p>
              <Button onPress={() => void take(picture.id)} testid="use-shared">
                {t.useShared}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
