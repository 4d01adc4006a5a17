import { type AboutView, engine, type MeView } from "../../engine";
import { formatDate } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { licenceTexts } from "../../i18n/me-licence";
import { Icon } from "../../ui/icon";
import { Badge, type Tone } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import type { Why } from "../blocked";
import { LargeQr } from "./large-qr";

interface Props {
  readonly me: MeView | null;
  readonly about: AboutView | null;
  readonly why: Why | null;
}

/** The agent's badge as others may see it: face, name, code, licence, and the QR code by which it is checked. */
export function BadgeCard({ me, about, why }: Props) {
  const t = useTexts(meTexts);
  const said = useTexts(licenceTexts);
  const language = useLanguage();
  const device = useValue(engine.device);
  const agent = me?.agent ?? device.agent;
  const licence = me?.licence ?? null;
  return (
    <section class="card badge-card" data-testid="badge-card">
      <div class="badge-card__who">
        {about?.photo ? (
          <img
            class="badge-card__photo"
            src={`data:${about.photo.type};base64,${about.photo.data}`}
            alt={t.photoOf(agent?.name ?? "")}
          />
        ) : (
          <span class="badge-card__photo badge-card__photo--none">
            <Icon name="people" size={40} />
          </span>
        )}
        <div class="badge-card__text">
          <strong class="badge-card__name">{agent?.name}</strong>
          <span class="breakable">{agent?.code}</span>
          <LicenceState why={why} known={me !== null} />
        </div>
      </div>
      {about !== null && about.photo === null && <p class="muted small">{said.photoNone}</p>}
      <p data-testid="badge-licence">
        {licence ? (
          <>
            {t.licence} <strong>{licence.number}</strong>, {t.licenceUntil(formatDate(licence.valid_to, language))}
          </>
        ) : (
          t.licenceNone
        )}
      </p>
      {about?.check && licence && (
        <div class="badge-card__check">
          <h2>{t.qrTitle}</h2>
          <LargeQr rows={about.check.qr} label={t.qrLabel} name={agent?.name ?? ""} code={agent?.code ?? ""} />
          <p class="muted small">{t.qrBody}</p>
          <p class="small">
            {t.qrFor} <span class="breakable">{about.check.url}</span>
          </p>
        </div>
      )}
    </section>
  );
}

function LicenceState({ why, known }: { why: Why | null; known: boolean }) {
  const t = useTexts(meTexts);
  if (!known) return null;
  const says = {
    trainee: t.stateTrainee,
    expired: t.stateExpired,
    revoked: t.stateRevoked,
    suspended: t.stateSuspended,
    remedial: t.stateRemedial,
  };
  const tone: Tone = why === null ? "done" : why === "trainee" ? "note" : "stop";
  return (
    <span data-testid="licence-state">
      <Badge tone={tone}>{why === null ? t.stateValid : says[why]}</Badge>
    </span>
  );
}
