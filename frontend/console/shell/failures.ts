import { toast } from "./toasts";

/** Says so when a part of the page could not be fetched or a form could not be sent; not of what asks by itself (`data-quiet`). */
export function watchFailures(): void {
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!(event.target instanceof HTMLElement && "quiet" in event.target.dataset)) {
        toast(document.body.dataset.failed ?? "", "error");
      }
    });
  }
}
