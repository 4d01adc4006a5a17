/** What the browser says about the line, where it says anything. */
interface Connection {
  readonly saveData?: boolean;
  readonly effectiveType?: string;
  /** Megabits a second. */
  readonly downlink?: number;
}

const SLOW_TYPES = ["slow-2g", "2g", "3g"];
/** Kilobytes a second assumed where the line is slow and its speed not told. */
const USUAL_SLOW = 20;

/** Minutes that `bytes` will take on a slow or costly line; null where the line is good or nothing is known. */
export function minutesOnSlowLine(bytes: number, connection = present()): number | null {
  if (!connection || !(connection.saveData || SLOW_TYPES.includes(connection.effectiveType ?? ""))) return null;
  const perSecond = connection.downlink ? connection.downlink * 125_000 : USUAL_SLOW * 1_000;
  return Math.max(1, Math.ceil(bytes / perSecond / 60));
}

function present(): Connection | null {
  return (navigator as { connection?: Connection }).connection ?? null;
}
