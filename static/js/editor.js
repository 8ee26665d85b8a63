// The article editor on the staff site: a name for its text box, a word about what cannot be pasted,
// and a question before unsaved text is left behind.

const PICTURES = /<img\b|<picture\b/i;

function dress(textbox) {
  const field = textbox.closest(".form-row, .form-group") ?? textbox.parentElement;
  const label = field.querySelector("label");
  textbox.setAttribute("aria-label", label ? label.textContent.replace(/:\s*$/, "").trim() : "Text");
  const note = document.createElement("p");
  note.className = "editor-note";
  note.setAttribute("role", "status");
  field.append(note);
  textbox.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files.length;
    const html = event.clipboardData?.getData("text/html") ?? "";
    note.textContent = files || PICTURES.test(html) ? "Pictures cannot be pasted here, so they were left out. The text was kept." : "";
  });
}

// The admin's picker leaves its search box unnamed, and puts a button where only list items may stand.
function nameSearch(search) {
  const label = search.closest("td")?.className.replace("field-", "") ?? "related pages";
  search.setAttribute("aria-label", `Search ${label}`);
}

function dressAll() {
  document.querySelectorAll(".select2-search__field:not([aria-label])").forEach(nameSearch);
  document.querySelectorAll("ul > .select2-selection__clear").forEach((button) => button.remove());
  for (const textbox of document.querySelectorAll(".ProseMirror[contenteditable]:not([aria-label])")) dress(textbox);
}

// The editor builds itself some time after the page has loaded.
new MutationObserver(dressAll).observe(document.body, { childList: true, subtree: true });
dressAll();

const form = document.querySelector("#article_form");
if (form) {
  let unsaved = document.querySelector(".errornote") !== null;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}
