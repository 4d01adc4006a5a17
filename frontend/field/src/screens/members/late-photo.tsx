import { useState } from "preact/hooks";
import { type ErrorView, engine, type MemberView } from "../../engine";
import { photoTexts } from "../../i18n/enrol-photo";
import { formatDate } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Section } from "../../ui/page";
import { PicturePicker } from "../../ui/picture-picker";
import { useLanguage, useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";

/** Where the picture of the ID card is still to come: until when, and the two ways to bring it. */
export function LatePhoto({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const photo = useTexts(photoTexts);
  const language = useLanguage();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const attach = async (picture: Blob): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await engine.photos.attachLater(member.key, picture);
      toast(t.latePhotoKept);
    } catch (error) {
      setProblem(asErrorView(error));
    } finally {
      setBusy(false);
    }
  };
  if (member.photoBy === null) return null;
  return (
    <Section title={t.latePhoto} testid="late-photo">
      <p>{t.latePhotoBy(formatDate(member.photoBy, language))}</p>
      {problem && <ErrorNotice error={problem} testid="late-photo-error" />}
      <p role="status">{busy && photo.photoBusy}</p>
      <div class="row">
        <PicturePicker id="late-camera" text={photo.takePhoto} icon="camera" camera onPicture={attach} />
        <PicturePicker id="late-gallery" text={photo.choosePhoto} icon="image" onPicture={attach} />
      </div>
    </Section>
  );
}
