/** Reads a QR code with the camera: by the browser where it can, else by jsQR, loaded only then. */
import { EngineError } from "./contract";

const LOOK_EVERY_MS = 200;
const LOOK_WIDTH = 640;

type Look = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

async function nativeLook(): Promise<Look | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (BarcodeDetector === undefined) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

async function loadedLook(): Promise<Look> {
  const { default: jsQR } = await import("jsqr").catch((failure: unknown) => {
    // The first page of all, before the service worker has kept it.
    throw new EngineError("offline", null, failure);
  });
  const canvas = document.createElement("canvas");
  return async (video) => {
    const scale = Math.min(1, LOOK_WIDTH / Math.max(1, video.videoWidth));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null || canvas.width === 0) return null;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? null;
  };
}

async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new EngineError("camera_missing");
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (failure) {
    const denied = failure instanceof DOMException && failure.name === "NotAllowedError";
    throw new EngineError(denied ? "camera_denied" : "camera_missing", null, failure);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Plays the back camera in `video` until `read` makes something of a code in sight; the camera is off afterwards. */
export async function scanWithCamera<T>(
  video: HTMLVideoElement,
  signal: AbortSignal,
  read: (text: string) => T | null,
): Promise<T> {
  const stream = await openCamera();
  try {
    video.srcObject = stream;
    video.muted = true;
    video.playsInline = true;
    await video.play();
    const look = (await nativeLook()) ?? (await loadedLook());
    while (!signal.aborted) {
      const text = video.readyState >= 2 ? await look(video) : null;
      const found = text === null ? null : read(text);
      if (found !== null) return found;
      await pause(LOOK_EVERY_MS);
    }
    throw signal.reason;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
