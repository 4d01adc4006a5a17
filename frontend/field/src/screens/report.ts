/** What a problem report says: the phone, the app and what failed. No member's data, no names, no numbers of people. */
import { engine } from "../engine";
import { syncRounds } from "./sync-log";

export function writeReport(): string {
  const device = engine.device.get();
  const sync = engine.sync.state.get();
  const reference = engine.reference.state.get();
  const ops = engine.outbox.list.get();
  const lines = [
    `Perisai ${engine.version}`,
    `Browser: ${navigator.userAgent}`,
    `Device: ${device.device ?? "-"} (${device.phase}), branch ${device.branch?.id ?? "-"}, agent ${device.agent?.code ?? "-"}`,
    `Rules: ${reference.rules ?? "-"}, regions: ${reference.regions ?? "-"}`,
    `Now: ${new Date().toISOString()}, server: ${new Date(engine.serverNow()).toISOString()}`,
    `Online: ${sync.online}, unsent: ${sync.unsent}, photos: ${sync.unsentPhotos}, error: ${sync.error?.code ?? "-"}`,
    `Last sync: ${sync.lastSyncAt === null ? "-" : new Date(sync.lastSyncAt).toISOString()}`,
    ...ops.map((op) => `Op ${op.seq} ${op.id} ${op.kind} ${op.status} ${op.error?.code ?? ""}`.trimEnd()),
    ...syncRounds().map(
      (round) => `Round ${new Date(round.at).toISOString()} ${round.code ?? "ok"} unsent ${round.unsent}`,
    ),
  ];
  return lines.join("\n");
}
