import { engine } from "../../engine";
import { photoTexts } from "../../i18n/enrol-photo";
import { useLoaded } from "../../ui/observe";
import { useAddress } from "../../ui/picture-address";
import { useTexts } from "../../ui/preferences";

/** One picture of the inbox, opened on the phone only while it is looked at. */
export function SharedPicture({ id }: { id: string }) {
  const t = useTexts(photoTexts);
  const picture = useLoaded(() => engine.photos.openShared(id), [id]);
  const address = useAddress(picture.state === "done" ? picture.value : null);
  return <div class="photo__frame">{address && <img src={address} alt={t.sharedAlt} />}</div>;
}
