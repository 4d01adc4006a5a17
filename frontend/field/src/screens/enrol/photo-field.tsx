import { useState } from "preact/hooks";
import { type ErrorView, engine, type PhotoRef } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { photoTexts } from "../../i18n/enrol-photo";
import { formatKilobytes } from "../../i18n/format";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useLoaded } from "../../ui/observe";
import { useAddress } from "../../ui/picture-address";
import { PicturePicker } from "../../ui/picture-picker";
import { useTexts } from "../../ui/preferences";
import { wasClosedAt } from "../../ui/return-to";
import { link } from "../../ui/route";
import { CardReading } from "./card-reading";
import { useFilling } from "./context";
import { PhotoLater } from "./photo-later";
import { SharedPictures } from "./shared-pictures";

/** Picture of the ID card: taken now, from the gallery, shared in, or brought later; may be left out. */
export function PhotoField() {
  const t = useTexts(photoTexts);
  const common = useTexts(commonTexts);
  const { draft, photo, onPhoto } = useFilling();
  const { attach, busy, problem } = useAttach(draft.id, onPhoto);
  const remove = async () => {
    await engine.photos.detach(draft.id);
    onPhoto(null);
  };
  return (
    <fieldset class="field" data-testid="photo">
      <legend class="field__label">
        {t.photo} <span class="field__optional">({common.optional})</span>
      </legend>
      <p class="field__hint">{t.photoHint}</p>
      <WasClosed draftId={draft.id} missing={photo === null} />
      {problem && <ErrorNotice error={problem} testid="photo-error" />}
      <p role="status">{busy && t.photoBusy}</p>
      {photo ? (
        <Preview photo={photo} onRemove={() => void remove()} />
      ) : (
        <>
          <div class="row">
            <PicturePicker id="photo-camera" text={t.takePhoto} icon="camera" camera onPicture={attach} />
            <PicturePicker id="photo-gallery" text={t.choosePhoto} icon="image" onPicture={attach} />
          </div>
          <SharedPictures onPicture={attach} />
          <PhotoLater />
        </>
      )}
    </fieldset>
  );
}

function useAttach(draftId: string, onPhoto: (photo: PhotoRef) => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  /** Resolves with whether the picture is now with the draft. */
  const attach = async (picture: Blob): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      onPhoto(await engine.photos.attach(draftId, picture));
      return true;
    } catch (error) {
      setProblem(asErrorView(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { attach, busy, problem };
}

/** A phone with little memory closes the page behind its camera: the form is where it was, and this says so. */
function WasClosed({ draftId, missing }: { draftId: string; missing: boolean }) {
  const t = useTexts(photoTexts);
  const [closed] = useState(() => wasClosedAt(link("enrol", draftId)));
  if (!closed || !missing) return null;
  return (
    <Notice tone="needs" title={t.wasClosed} live testid="was-closed">
      <p>{t.wasClosedBody}</p>
    </Notice>
  );
}

function Preview({ photo, onRemove }: { photo: PhotoRef; onRemove: () => void }) {
  const t = useTexts(photoTexts);
  const picture = useLoaded(() => engine.photos.find(photo.sha256), [photo.sha256]);
  const blob = picture.state === "done" ? picture.value : null;
  const address = useAddress(blob);
  return (
    <div class="photo" data-testid="photo-preview">
      <div class="photo__frame">{address && <img src={address} alt={t.photoAlt} />}</div>
      {blob && <CardReading picture={blob} />}
      <div class="row">
        <span class="muted">{t.photoReady(formatKilobytes(photo.size))}</span>
        <Button kind="quiet" icon="trash" onPress={onRemove} testid="photo-remove">
          {t.removePhoto}
        </Button>
      </div>
    </div>
  );
}
