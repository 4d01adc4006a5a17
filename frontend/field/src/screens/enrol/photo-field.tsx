import { useEffect, useRef, useState } from "preact/hooks";
import { type ErrorView, engine, type PhotoRef } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { formatKilobytes } from "../../i18n/format";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { useLoaded } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { useFilling } from "./context";

/** Photo of the ID card, from the camera or the gallery, made small on the phone; may be skipped. */
export function PhotoField() {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const { draft, photo, onPhoto } = useFilling();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const attach = async (picture: File | undefined) => {
    if (!picture) return;
    setBusy(true);
    setProblem(null);
    try {
      onPhoto(await engine.photos.attach(draft.id, picture));
    } catch (error) {
      setProblem(asErrorView(error));
    } finally {
      setBusy(false);
    }
  };
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
      {problem && <ErrorNotice error={problem} testid="photo-error" />}
      <p role="status">{busy && t.photoBusy}</p>
      {photo ? (
        <Preview photo={photo} onRemove={() => void remove()} />
      ) : (
        <div class="row">
          <Picker id="photo-camera" text={t.takePhoto} icon="camera" camera onPicture={attach} />
          <Picker id="photo-gallery" text={t.choosePhoto} icon="image" camera={false} onPicture={attach} />
        </div>
      )}
    </fieldset>
  );
}

interface PickerProps {
  readonly id: string;
  readonly text: string;
  readonly icon: "camera" | "image";
  readonly camera: boolean;
  readonly onPicture: (picture: File | undefined) => void;
}

/** A button that opens the file chooser of the phone, or its camera at once. */
function Picker({ id, text, icon, camera, onPicture }: PickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        id={id}
        class="visually-hidden"
        type="file"
        accept="image/*"
        capture={camera ? "environment" : undefined}
        tabIndex={-1}
        aria-label={text}
        data-testid={id}
        onChange={(event) => onPicture(event.currentTarget.files?.[0])}
      />
      <Button icon={icon} onPress={() => input.current?.click()} testid={`${id}-button`}>
        {text}
      </Button>
    </>
  );
}

function Preview({ photo, onRemove }: { photo: PhotoRef; onRemove: () => void }) {
  const t = useTexts(enrolTexts);
  const picture = useLoaded(() => engine.photos.find(photo.sha256), [photo.sha256]);
  const blob = picture.state === "done" ? picture.value : null;
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return (
    <div class="photo" data-testid="photo-preview">
      <div class="photo__frame">{address && <img src={address} alt={t.photoAlt} />}</div>
      <div class="row">
        <span class="muted">{t.photoReady(formatKilobytes(photo.size))}</span>
        <Button kind="quiet" icon="trash" onPress={onRemove} testid="photo-remove">
          {t.removePhoto}
        </Button>
      </div>
    </div>
  );
}
