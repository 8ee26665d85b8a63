// Small helps at the calling desk. Without this file every page works.

// A button beside the number that copies it.
if (navigator.clipboard) {
  for (const link of document.querySelectorAll(".q-card__phone a")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "q-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the number");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.textContent.trim());
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
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
