"""Draws the short video of the demo world's course and records it with Chromium: ``python docs/screens/lesson_video.py``."""

import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.e2e.chromium import chromium

OUT = Path(__file__).parents[2] / "perisai/web/demo/lesson.webm"
SECONDS = 9

_RECORD = """
async (seconds) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 360, height: 202 });
  const pen = canvas.getContext("2d");
  const steps = [
    ["1", "Lihat kartunya", "#1d6b45"], ["2", "Tanyakan pekerjaannya", "#8a5a00"], ["3", "Minta persetujuannya", "#1d4f91"],
  ];
  const draw = (part) => {
    const place = Math.min(steps.length - 1, Math.floor(part * steps.length));
    const [digit, words, colour] = steps[place];
    pen.fillStyle = "#f4f6f3"; pen.fillRect(0, 0, 360, 202);
    pen.fillStyle = colour; pen.beginPath(); pen.arc(180, 74, 40, 0, 7); pen.fill();
    pen.fillStyle = "#fff"; pen.font = "600 44px sans-serif"; pen.textAlign = "center"; pen.fillText(digit, 180, 90);
    pen.fillStyle = "#1c2620"; pen.font = "600 22px sans-serif"; pen.fillText(words, 180, 150);
    pen.fillStyle = "#d5dcd6"; pen.fillRect(30, 178, 300, 6);
    pen.fillStyle = colour; pen.fillRect(30, 178, 300 * part, 6);
  };
  draw(0);
  const recorder = new MediaRecorder(canvas.captureStream(12), { mimeType: "video/webm;codecs=vp8", videoBitsPerSecond: 45000 });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  const begun = performance.now();
  recorder.start();
  await new Promise((resolve) => {
    const step = () => {
      const part = (performance.now() - begun) / 1000 / seconds;
      draw(Math.min(1, part));
      part < 1 ? setTimeout(step, 80) : resolve();
    };
    step();
  });
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
"""


def main() -> None:
    with chromium() as browser:
        page = browser.new_page()
        data = base64.b64decode(page.evaluate(_RECORD, SECONDS))
    OUT.write_bytes(data)
    sys.stdout.write(f"{OUT}: {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
