/** Forms with `data-filters` keep their state in the address: a changed choice is applied at once, empty fields are left out. */
export function submitFilters(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if ((event.target as Element).matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
        form.requestSubmit();
      }
    });
    form.querySelector("[data-unfold]")?.addEventListener("click", () => form.classList.toggle("unfolded"));
    form.addEventListener("submit", () => {
      for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
        if (field.value === "") {
          field.disabled = true;
        }
      }
    });
  }
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll<HTMLInputElement>("form[data-filters] :disabled")) {
      field.disabled = false;
    }
  });
}
