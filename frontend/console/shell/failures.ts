import { toast } from "./toasts";

/** Says so when a part of the page could not be fetched or a form could not be sent. */
export function watchFailures(): void {
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => toast(document.body.dataset.failed ?? "", "error"));
  }
}
