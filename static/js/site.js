// Small comforts. Every page works the same without this file.
for (const form of document.querySelectorAll("form[data-send-once]")) {
  let sentAt = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sentAt < 1000) event.preventDefault(); // a double click, not a second request
    else sentAt = event.timeStamp;
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The browser's own share sheet, where there is one. It is handed the address only, and tells us nothing.
for (const button of document.querySelectorAll("button[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ url: button.dataset.share }).catch(() => {}));
}

for (const field of document.querySelectorAll("input[data-select]")) {
  field.addEventListener("focus", () => field.select());
}

// The address is in a field to copy by hand; where the browser lets us, one press does it.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  const field = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(field.value).then(
      () => { said.textContent = "Copied."; },
      () => { field.select(); said.textContent = "Press Ctrl+C (or Command+C) to copy."; },
    );
  });
}

// A reader in another time zone sees the moment on their own clock as well.
for (const time of document.querySelectorAll("time[data-your-time]")) {
  const [, sign, hours, minutes] = time.dateTime.match(/([+-])(\d\d):(\d\d)$/) || [];
  const moment = new Date(time.dateTime);
  const theirs = (sign === "-" ? 1 : -1) * (Number(hours) * 60 + Number(minutes));
  if (!sign || moment.getTimezoneOffset() === theirs) continue;
  const words = new Intl.DateTimeFormat("en-US", { weekday: "long", hour: "numeric", minute: "2-digit" }).format(moment);
  time.textContent = `On your clock: ${words.replace(":00", "").replace("AM", "am").replace("PM", "pm")}.`;
  time.hidden = false;
}
