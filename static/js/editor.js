// The article editor on the staff site. Without this file everything can still be written, numbered and saved:
// here is what makes it quicker, and what tells an editor what a paste left behind.

const form = document.querySelector("#article_form");
const say = liveRegion();

// --- The text box: its name, its tools, a clean paste ---

const editors = new Map(); // textarea -> editor
const ROWS = { citations: (n) => `[${n}]`, figures: (n) => `[figure ${n}]` };
const MARKS = { citations: /\[(\d{1,3})\]/g, figures: /\[figure (\d{1,2})\]/g };

function meet(editor, textarea, bar) {
  if (!editor || !textarea || !bar || editors.has(textarea)) return;
  editors.set(textarea, editor);
  const props = editor.options.editorProps ?? {};
  editor.setOptions({ editorProps: { ...props, transformPastedHTML: cleanPaste } });
  addTools(editor, bar);
}

function liveRegion() {
  const region = document.createElement("p");
  region.className = "editor-said";
  region.setAttribute("role", "status");
  document.body.append(region);
  return (words) => {
    region.textContent = words;
  };
}

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
    const gone = takenOut(html);
    if (files || /<img\b|<picture\b/i.test(html)) gone.push("pictures: upload them under Pictures, then add a figure");
    note.textContent = gone.length ? `Left out of what you pasted: ${gone.join("; ")}. The text was kept.` : "";
  }, true);
}

// What Word puts on the clipboard; articles/word.py does the same for what is saved without this file.
const WORD = /mso-|class=["']?Mso|urn:schemas-microsoft-com|<o:p/i;
const style = (node) => node.dataset.style ?? "";
const isMarker = (node) => /mso-list:\s*ignore/i.test(style(node));

function takenOut(html) {
  if (!WORD.test(html)) return [];
  const gone = ["fonts, colors and spacing from Word"];
  if (/<del\b/i.test(html)) gone.push("text that Word had marked as deleted");
  if (/mso-element:\s*comment|#_msocom/i.test(html)) gone.push("comments from Word");
  if (/mso-hide:|display:\s*none/i.test(html)) gone.push("hidden text from Word");
  if (/#_(ftn|edn)/i.test(html)) gone.push("the links of Word’s footnotes");
  return gone;
}

const UNSEEN = /mso-element:\s*comment|mso-special-character:\s*comment|mso-hide:\s*(all|screen)|display:\s*none/i;

/** Return pasted HTML without styles and without what only Word shows; bold and slanted text and lists are kept. */
function cleanPaste(html) {
  // The content policy lets no style in, so it is read under another name.
  const plain = html.replace(/<!\[[^>]*>/g, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  const page = new DOMParser().parseFromString(plain, "text/html");
  if (WORD.test(html)) {
    for (const node of page.body.querySelectorAll("*")) {
      const href = node.getAttribute("href") ?? "";
      if (node.localName === "del" || UNSEEN.test(style(node)) || /msocom/i.test(href)) node.remove();
      else if (node.localName === "a" && (!href || /^#(_|mso)/i.test(href))) node.replaceWith(...node.childNodes);
    }
    makeLists(page);
  }
  for (const node of page.body.querySelectorAll("[data-style]")) keepEmphasis(page, node);
  return page.body.innerHTML;
}

/** What other programs say by a style alone is said by a tag. */
function keepEmphasis(page, node) {
  const words = style(node);
  delete node.dataset.style;
  if (node.localName === "b" && /(?<![-\w])font-weight:\s*normal/i.test(words)) return node.replaceWith(...node.childNodes);
  if (node.localName !== "span") return;
  for (const [is, tag] of [[/(?<![-\w])font-weight:\s*([6-9]00|bold)/i, "strong"], [/font-style:\s*italic/i, "em"]]) {
    if (!is.test(words)) continue;
    const inside = page.createElement(tag);
    inside.append(...node.childNodes);
    node.append(inside);
  }
}

function makeLists(page) {
  let open = []; // the lists that an item may still go into, as [level, list]
  let last = null;
  for (const item of page.body.querySelectorAll("p")) {
    const level = Number(style(item).match(/mso-list:\s*\S+\s+level(\d)/i)?.[1] ?? 0);
    if (!level) continue;
    if (last && last.nextElementSibling !== item) open = [];
    const markers = [...item.querySelectorAll("*")].filter(isMarker);
    const kind = /^\s*\(?(\d{1,3}|[a-z]|[ivx]+)[.)]/i.test(markers.map((one) => one.textContent).join("")) ? "ol" : "ul";
    markers.forEach((one) => one.remove());
    while (open.length && (open.at(-1)[0] > level || (open.at(-1)[0] === level && open.at(-1)[1].localName !== kind))) open.pop();
    if (!open.length || open.at(-1)[0] < level) {
      const list = page.createElement(kind);
      if (open.length) (open.at(-1)[1].lastElementChild ?? open.at(-1)[1]).append(list);
      else item.before(list);
      open.push([level, list]);
    }
    const entry = page.createElement("li");
    const text = page.createElement("p");
    text.append(...item.childNodes);
    entry.append(text);
    open.at(-1)[1].append(entry);
    item.remove();
    last = open[0][1];
  }
}

// --- Tools beside the text: cite, place a figure, a box ---

function addTools(editor, bar) {
  const tools = document.createElement("div");
  tools.className = "editor-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Put into the text");
  for (const [prefix, noun, verb] of [["citations", "reference", "Cite"], ["figures", "figure", "Place"]]) {
    const label = document.createElement("label");
    const choice = document.createElement("select");
    const button = document.createElement("button");
    label.append(Object.assign(document.createElement("span"), { textContent: `${verb} a ${noun}` }));
    choice.dataset.choiceOf = prefix;
    choice.setAttribute("aria-label", `${noun[0].toUpperCase()}${noun.slice(1)} to put into the text`);
    button.type = "button";
    button.className = "button";
    button.textContent = "Insert";
    button.setAttribute("aria-label", `Insert the mark of this ${noun}`);
    button.addEventListener("click", () => {
      if (!choice.value) return say(`Add a row under ${prefix === "citations" ? "References" : "Figures"} first.`);
      const mark = ROWS[prefix](choice.value);
      const chain = editor.chain().focus();
      if (prefix === "figures") chain.insertContent({ type: "paragraph", content: [{ type: "text", text: mark }] }).run();
      else chain.insertContent(mark).run();
      say(`${mark} is in the text.`);
    });
    label.append(choice);
    tools.append(label, button);
  }
  const box = document.createElement("button");
  box.type = "button";
  box.className = "button";
  box.textContent = "Insert a box";
  box.addEventListener("click", () => {
    const text = (words, marks) => ({ type: "paragraph", content: [{ type: "text", text: words, marks }] });
    editor.chain().focus().insertContent({
      type: "blockquote",
      content: [text("Heading of the box", [{ type: "bold" }]), text("What it says.")],
    }).run();
    say("A box is in the text. Its bold first line is its heading.");
  });
  tools.append(box);
  // In the bar that stays in sight while a long text scrolls under it.
  bar.append(tools);
  offerRows();
}

function offerRows() {
  for (const choice of document.querySelectorAll("select[data-choice-of]")) {
    const before = choice.value;
    const rows = rowsOf(choice.dataset.choiceOf).filter((row) => number(row));
    rows.sort((one, other) => number(one) - number(other));
    const options = rows.map((row) => {
      const option = document.createElement("option");
      option.value = number(row);
      option.textContent = `${ROWS[choice.dataset.choiceOf](number(row))} ${nameOf(row)}`.slice(0, 70);
      return option;
    });
    if (!options.length) options.push(new Option("None yet", ""));
    choice.replaceChildren(...options);
    if (options.some((option) => option.value === before)) choice.value = before;
  }
}

// --- Numbered rows: the marks follow, rows move by drag, by buttons, by number ---

const rowsOf = (prefix) => [...document.querySelectorAll(`#${prefix}-group [data-number]`)]
  .filter((field) => !field.name.includes("__prefix__"))
  .map((field) => field.closest(".inline-related tr.form-row, tr.form-row, .inline-related"));
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
const number = (row) => Number(field(row, "number").value) || 0;
const prefixOf = (row) => field(row, "number").name.split("-")[0];
const isDeleted = (row) => field(row, "DELETE")?.checked ?? false;

function nameOf(row) {
  const source = field(row, "reference");
  const words = source ? source.selectedOptions[0]?.textContent : field(row, "title")?.value || field(row, "kind")?.selectedOptions[0]?.textContent;
  return words && !/^-+$/.test(words) ? words : "(empty)";
}

/** Give rows new numbers, all at once: `numbers` is a Map of row -> number. The marks in the text follow. */
function renumber(prefix, numbers) {
  const moves = new Map();
  for (const [row, now] of numbers) {
    const old = Number(field(row, "was").value) || row.shownNumber || 0;
    if (old && old !== now) moves.set(old, now);
    field(row, "number").value = now;
    field(row, "was").value = now;
    row.shownNumber = now;
  }
  if (moves.size) {
    followInEditors(prefix, moves);
    followInFields(prefix, moves);
    say(`${[...moves].map(([old, now]) => `${ROWS[prefix](old)} is now ${ROWS[prefix](now)}`).join(", ")}. The marks in the text followed.`);
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
  offerRows();
}

const followed = (text, prefix, moves) =>
  text.replace(MARKS[prefix], (mark, old) => (moves.has(Number(old)) ? ROWS[prefix](moves.get(Number(old))) : mark));

function followInEditors(prefix, moves) {
  for (const editor of editors.values()) {
    const { tr, doc } = editor.state;
    const changes = [];
    doc.descendants((node, place) => {
      if (!node.isText) return;
      for (const mark of node.text.matchAll(MARKS[prefix])) {
        const now = moves.get(Number(mark[1]));
        if (now) changes.push([place + mark.index, place + mark.index + mark[0].length, ROWS[prefix](now), node.marks]);
      }
    });
    // From the end, so that no change moves the place of another.
    for (const [from, to, text, marks] of changes.reverse()) tr.replaceWith(from, to, editor.schema.text(text, marks));
    editor.view.dispatch(tr.setMeta("addToHistory", false));
  }
}

function followInFields(prefix, moves) {
  for (const text of form.querySelectorAll("textarea")) {
    if (!editors.has(text)) text.value = followed(text.value, prefix, moves);
  }
}

function numberTyped(input) {
  const row = rowsOf(input.name.split("-")[0]).find((one) => one.contains(input));
  const prefix = prefixOf(row);
  const now = number(row);
  const before = Number(field(row, "was").value) || row.shownNumber || 0;
  if (!now || now === before) return;
  const other = rowsOf(prefix).find((one) => one !== row && !isDeleted(one) && number(one) === now);
  if (other && !before) return; // a new row with a number that is taken: saving says so
  const numbers = new Map([[row, now]]);
  if (other) numbers.set(other, before); // they change places
  renumber(prefix, numbers);
  arrange(prefix);
}

/** Let rows stand in the order of their numbers, so that up and down mean what they say. */
function arrange(prefix) {
  const held = document.activeElement;
  const rows = rowsOf(prefix);
  const end = rows.at(-1).nextElementSibling;
  const parent = rows[0].parentElement;
  rows.sort((one, other) => (number(one) || Infinity) - (number(other) || Infinity));
  for (const row of rows) parent.insertBefore(row, end);
  held.focus();
}

/** Put `row` before or behind another; the numbers stay the same set and go along in the new order. */
function move(row, target, after) {
  const prefix = prefixOf(row);
  const rows = rowsOf(prefix).filter((one) => !isDeleted(one) && number(one));
  const numbers = rows.map(number).sort((one, other) => one - other);
  if (after) target.after(row);
  else target.before(row);
  const order = rowsOf(prefix).filter((one) => rows.includes(one));
  renumber(prefix, new Map(order.map((one, place) => [one, numbers[place]])));
}

function dressRow(row) {
  if (row.querySelector(".row-moves")) return;
  row.shownNumber = number(row);
  const moves = document.createElement("span");
  moves.className = "row-moves";
  for (const [sign, words, step] of [["↑", "Move up", -1], ["↓", "Move down", 1]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", `${words}: ${ROWS[prefixOf(row)](number(row) || "new")} ${nameOf(row)}`);
    button.addEventListener("click", () => {
      const rows = rowsOf(prefixOf(row));
      const target = rows[rows.indexOf(row) + step];
      if (!target) return say("It stands at the end already.");
      move(row, target, step > 0);
      button.focus();
    });
    moves.append(button);
  }
  const handle = document.createElement("span");
  handle.className = "row-handle";
  handle.textContent = "⠿";
  handle.title = "Drag to order";
  handle.setAttribute("aria-hidden", "true");
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", String(number(row)));
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => { dragged = null; });
  moves.prepend(handle);
  field(row, "number").after(moves);
  row.addEventListener("dragover", (event) => {
    if (dragged && dragged !== row && prefixOf(dragged) === prefixOf(row)) event.preventDefault();
  });
  row.addEventListener("drop", (event) => {
    if (!dragged || dragged === row || prefixOf(dragged) !== prefixOf(row)) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    move(dragged, row, event.clientY > box.top + box.height / 2);
  });
}
let dragged = null;

/** A new row gets the next free number, and the tools above the text know it. */
function takeIn(row) {
  const input = field(row, "number");
  if (!input.value) {
    const taken = rowsOf(prefixOf(row)).filter((one) => one !== row).map(number);
    input.value = Math.max(0, ...taken) + 1;
  }
  dressRow(row);
  offerRows();
}

// A figure shows the fields of its own kind; those of another kind that hold something stay in sight.
const OF_KIND = { picture: ["picture", "alt_choice", "alt"], chart: ["rows"], drawing: ["drawing", "alt"] };

function showKind(row) {
  const kind = field(row, "kind")?.value;
  if (kind === undefined) return;
  for (const name of new Set(Object.values(OF_KIND).flat())) {
    const line = row.querySelector(`.form-row.field-${name}`);
    const filled = [...(line?.querySelectorAll("select, textarea, input:checked") ?? [])].some((one) => one.value);
    const faulty = line?.querySelector(".errorlist");
    if (line) line.hidden = Boolean(kind) && !OF_KIND[kind].includes(name) && !filled && !faulty;
  }
}

// --- What the stock admin leaves unnamed ---

// The admin's picker leaves its search box unnamed, and puts a button where only list items may stand.
function nameSearch(search) {
  const label = search.closest("td, .form-row")?.className.match(/field-(\w+)/)?.[1].replaceAll("_", " ") ?? "related pages";
  search.setAttribute("aria-label", `Search ${label}`);
}

function dressAll() {
  document.querySelectorAll(".select2-search__field:not([aria-label])").forEach(nameSearch);
  document.querySelectorAll("ul > .select2-selection__clear").forEach((button) => button.remove());
  for (const textbox of document.querySelectorAll(".ProseMirror[contenteditable]")) {
    if (!textbox.hasAttribute("aria-label")) dress(textbox);
    const frame = textbox.closest(".prose-editor");
    meet(textbox.editor, frame?.querySelector("textarea"), frame?.querySelector(".prose-menubar"));
  }
}

// The editor builds itself some time after the page has loaded.
new MutationObserver(dressAll).observe(document.body, { childList: true, subtree: true });
dressAll();

if (form) {
  let unsaved = document.querySelector(".errornote") !== null;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());

  for (const prefix of Object.keys(ROWS)) {
    if (!document.querySelector(`#${prefix}-group`)) continue;
    for (const row of rowsOf(prefix)) {
      dressRow(row);
      showKind(row);
    }
  }
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-number]")) numberTyped(event.target);
    const row = event.target.closest("#figures-group .inline-related");
    if (row && event.target.name.endsWith("-kind")) showKind(row);
    offerRows();
  });
  document.addEventListener("formset:added", (event) => {
    if (!(event.detail?.formsetName in ROWS)) return;
    takeIn(event.target);
    showKind(event.target);
  });
  document.addEventListener("formset:removed", offerRows);
  // The admin's picker tells of its choice in jQuery's own way.
  window.django?.jQuery?.(form).on("change", "select", offerRows);
}
