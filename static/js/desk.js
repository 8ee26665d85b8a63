// Small helps at the calling desk. Without this file every page works.

const desk = document.querySelector("[data-desk]");
desk?.classList.add("q--script");

// A button beside the number that copies it.
if (navigator.clipboard) {
  for (const link of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "q-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the number");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.textContent.trim());
      button.textContent = "Copied";
      button.setAttribute("aria-label", "The number is copied");
      setTimeout(() => {
        button.textContent = "Copy";
        button.setAttribute("aria-label", "Copy the number");
      }, 2000);
    });
    link.after(button);
  }
}

// How many letters of a note are left, once it grows long.
for (const input of document.querySelectorAll("input[data-count]")) {
  const most = Number(input.dataset.count);
  const left = document.createElement("p");
  left.className = "q-hint";
  left.setAttribute("role", "status");
  input.after(left);
  input.addEventListener("input", () => {
    const rest = most - input.value.length;
    left.textContent = rest > 50 ? "" : rest >= 0 ? `${rest} letters left` : `${-rest} letters too many`;
  });
}

// A second press within a second is a double click, not a second call.
for (const form of document.querySelectorAll(".q form")) {
  let sentAt = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sentAt < 1000) event.preventDefault();
    else sentAt = event.timeStamp;
  });
}

// How long a request is still mine. Typing or choosing keeps it; a page left alone does not.
const ONE_MINUTE = 60_000;

for (const lease of document.querySelectorAll("[data-lease-until]")) {
  const ahead = Date.parse(lease.dataset.now) - Date.now(); // the server's clock against this one
  const words = lease.querySelector("[data-lease-words]");
  const left = lease.querySelector("[data-lease-left]");
  const said = lease.querySelector("[data-lease-said]");
  const form = lease.parentElement.querySelector("[data-outcomes]");
  const button = form?.querySelector("[data-on-call]");
  let until = Date.parse(lease.dataset.leaseUntil);
  let keptAt = Date.now();

  function show() {
    const rest = (until - Date.now() - ahead) / ONE_MINUTE;
    const minutes = rest > 0 ? Math.max(1, Math.round(rest)) : 0;
    left.textContent = minutes > 0 ? `${minutes} min left` : "The time is over. What you type can still be saved.";
    lease.classList.toggle("q-lease--short", minutes <= 2);
    if (minutes === 2) said.textContent = "Two minutes left.";
    else if (minutes === 0) said.textContent = "You can take it again, or ask who has it.";
  }

  async function ask(address) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    const kept = await answer.json();
    if (kept.until) {
      until = Date.parse(kept.until);
      words.textContent = kept.words;
    } else {
      until = 0;
    }
    show();
    return Boolean(kept.until);
  }

  async function keep() {
    if (Date.now() - keptAt < ONE_MINUTE) return;
    keptAt = Date.now();
    try {
      await ask(lease.dataset.keep);
    } catch {
      // Signed out or offline: the time on the page stays what it was, and saving says what is wrong.
    }
  }

  form?.addEventListener("input", keep);
  button?.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      if (await ask(button.formAction)) {
        button.hidden = true;
        said.textContent = `You are on this call. It is yours until ${words.textContent}.`;
        lease.classList.add("q-lease--on-call");
      }
    } catch {
      // Without an answer the button does what it does without script: the form is sent, with all that was typed.
      form.action = button.formAction;
      form.submit();
    }
  });
  show();
  setInterval(show, 15_000);
}

// Keys, for whoever wants them. They never act while somebody types, and a press sends what a click would send.
if (desk && "shortcuts" in desk.dataset) {
  let before = null; // where the focus was when the crisis steps were opened

  const typing = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit])");
  const formOf = (element) => element.closest("[data-outcomes]") || document.querySelector("[data-outcomes]");

  function toggle(fold, active) {
    fold.open = !fold.open;
    if (fold.open) {
      before = active;
      fold.querySelector("summary").focus();
      fold.scrollIntoView({ block: "nearest" });
    } else {
      before?.focus();
    }
  }

  function choose(key, active) {
    const radio = formOf(active)?.querySelector(`[data-outcome-key="${key}"]`);
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  function act(key, active) {
    if (/^[1-9]$/.test(key)) return choose(key, active);
    if (key === "?") {
      const list = document.querySelector("[data-keys-list]");
      if (list) toggle(list, active);
      return Boolean(list);
    }
    if (key === "c") {
      const fold = formOf(active)?.querySelector("[data-crisis]") || document.querySelector("[data-crisis]");
      if (fold) toggle(fold, active);
      return Boolean(fold);
    }
    if (key === "t") {
      const note = formOf(active)?.querySelector("input[name=note]") || document.querySelector("input[name=text]");
      note?.focus();
      return Boolean(note);
    }
    if (key === "/") {
      const find = document.querySelector("#q-called");
      find?.focus();
      return Boolean(find);
    }
    const button = document.querySelector(`[data-key="${CSS.escape(key)}"]:not([hidden])`);
    button?.click();
    return Boolean(button);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    const active = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Escape" && typing(active)) {
      active.blur();
      return;
    }
    if (typing(active)) return;
    if (act(event.key, active)) event.preventDefault();
  });
}
