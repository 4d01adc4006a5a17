/** A form that sends a file says that it works and for how long already, and is sent once: a large file takes a while to be read. */
const SECOND = 1000;

export function watchSending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.enctype !== "multipart/form-data") return;
    if (form.ariaBusy === "true") event.preventDefault();
    else begin(form, event.submitter);
  });
  // Back from the answer: the page comes as it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted)
      for (const form of document.querySelectorAll<HTMLFormElement>("form[aria-busy=true]")) end(form);
  });
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.type === "file" && box.form?.ariaBusy === "true") end(box.form);
  });
}

function begin(form: HTMLFormElement, button: HTMLElement | null): void {
  form.ariaBusy = "true";
  const [working, stay] = [document.body.dataset.sending ?? "", document.body.dataset.stay ?? ""];
  const note = document.createElement("div");
  note.className = "sending notice note";
  note.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.className = "bar";
  bar.setAttribute("aria-label", working);
  const text = document.createElement("p");
  const age = document.createElement("span");
  age.ariaHidden = "true";
  text.append(`${working} `, age, document.createElement("br"), stay);
  note.append(text, bar);
  (button?.parentElement ?? form).append(note);
  const since = Date.now();
  const ticking = setInterval(() => {
    if (!note.isConnected) clearInterval(ticking);
    age.textContent = `(${Math.round((Date.now() - since) / SECOND)} s)`;
  }, SECOND);
  // After this turn: a button that cannot be pressed is not sent along.
  setTimeout(() => {
    for (const one of form.querySelectorAll<HTMLButtonElement>("button:not([type=button])")) one.disabled = true;
  });
}

function end(form: HTMLFormElement): void {
  form.ariaBusy = null;
  for (const one of form.querySelectorAll<HTMLButtonElement>("button:not([type=button])")) one.disabled = false;
  for (const note of form.querySelectorAll(".sending")) note.remove();
}
