/** Sends a picture or video of a course in pieces, so that a lost line costs one piece, and then submits its form. */
import "./training.css";

interface Sent {
  readonly file: File;
  readonly upload: string;
  readonly piece: number;
  offset: number;
}

const begun = new WeakMap<HTMLFormElement, Sent>();

/** What the server says against it, in the page's language. */
class Told extends Error {}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const address = form.querySelector<HTMLInputElement>("input[name=sha256]");
    const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
    if (address === null || address.value !== "" || file === undefined) return;
    event.preventDefault();
    void send(form, file, address);
  });
}

async function send(form: HTMLFormElement, file: File, address: HTMLInputElement): Promise<void> {
  const { mostVideo = "0", mostPicture = "0", tooLarge = "", lost = "" } = form.dataset;
  const most = Number(file.type.startsWith("video/") ? mostVideo : mostPicture);
  if (file.size > most) return show(form, `${tooLarge} ${Math.round(most / 1_048_576)} MB.`, null);
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (button !== null) button.disabled = true;
  try {
    address.value = await upload(form, file);
    form.submit();
  } catch (failure) {
    if (failure instanceof Told) begun.delete(form);
    show(form, failure instanceof Told ? failure.message : lost, null);
    if (button !== null) button.disabled = false;
  }
}

async function upload(form: HTMLFormElement, file: File): Promise<string> {
  const base = form.dataset.upload ?? "";
  let sent = begun.get(form);
  if (sent?.file !== file) {
    const opened = await ask(form, `${base}?size=${file.size}`);
    sent = { file, upload: String(opened.upload), piece: Number(opened.piece), offset: 0 };
    begun.set(form, sent);
  }
  while (sent.offset < file.size) {
    show(form, form.dataset.sending ?? "", sent.offset / file.size);
    const piece = file.slice(sent.offset, sent.offset + sent.piece);
    sent.offset = Number((await ask(form, `${base}${sent.upload}/?offset=${sent.offset}`, piece)).offset);
  }
  show(form, form.dataset.reading ?? "", 1);
  begun.delete(form);
  return String((await ask(form, `${base}${sent.upload}/`)).sha256);
}

async function ask(form: HTMLFormElement, address: string, body?: Blob): Promise<Record<string, unknown>> {
  const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
  const answer = await fetch(address, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
  const said = (await answer.json()) as Record<string, unknown>;
  if (answer.ok) return said;
  const language = document.documentElement.lang === "en" ? "en" : "id";
  const words = [said.text, said.action].map((text) => (text as Record<string, string> | undefined)?.[language] ?? "");
  throw new Told(words.join(" "));
}

/** `part`: how much of it is done; null where it is no longer going on. */
function show(form: HTMLFormElement, text: string, part: number | null): void {
  const line = form.querySelector<HTMLElement>(".lesson-upload");
  if (line === null) return;
  line.hidden = false;
  const [bar, words] = [line.querySelector("progress"), line.querySelector("span")];
  if (bar !== null) {
    bar.hidden = part === null;
    bar.value = Math.round((part ?? 0) * 100);
  }
  if (words !== null) words.textContent = text;
}

/** Fills in the point of a class from where this device is; the button shows only where that can be asked. */
for (const field of document.querySelectorAll<HTMLElement>("[data-place]")) {
  const button = field.querySelector("button");
  if (button === null || !("geolocation" in navigator) || !window.isSecureContext) continue;
  button.hidden = false;
  button.addEventListener("click", () => locate(field, button));
}

function locate(field: HTMLElement, button: HTMLButtonElement): void {
  const [input, words] = [field.querySelector("input"), field.querySelector("[role=status]")];
  const say = (text: string | undefined) => words?.replaceChildren(text ?? "");
  const { looking, found, denied } = field.dataset;
  button.disabled = true;
  say(looking);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.disabled = false;
      if (input !== null) input.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
      say(`${found ?? ""} ${Math.round(coords.accuracy)} m.`);
    },
    () => {
      button.disabled = false;
      say(denied);
    },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 },
  );
}
