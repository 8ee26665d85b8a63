// News for a page that stays open, and notes that survive a lost session. Without this file every page works.

const EVERY = 25_000;

// --- News: counts and numbers alone are asked for. The list never changes under the pointer: a line says what is new.

const bar = document.querySelector("[data-live]");
if (bar) {
  const news = bar.querySelector("[data-live-news]");
  const when = bar.querySelector("[data-live-when]");
  const sound = bar.querySelector("[data-live-sound]");
  const title = document.title;
  const clock = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: bar.dataset.zone });
  let told = Number(bar.dataset.told);
  let checked = clock.format(new Date()).toLowerCase();
  let newest = 0;

  const say = (words, link, where) => {
    if (bar.dataset.said === words) return; // a screen reader hears it once
    bar.dataset.said = words;
    news.textContent = words;
    if (!words || !link) return;
    const anchor = document.createElement("a");
    anchor.href = where;
    anchor.textContent = link;
    news.append(" ", anchor);
  };

  const here = () => location.pathname + location.search;

  const show = (answer, { counts, new: count, lost, calls }) => {
    checked = clock.format(new Date(answer.headers.get("Date") ?? Date.now())).toLowerCase();
    bar.classList.remove("q-live--wrong");
    when.textContent = `Last checked ${checked}`;
    document.title = `(${counts.waiting}) ${title}`;
    const call = calls.find(([, attempt]) => attempt > told);
    if (call) {
      say("A colleague has just logged a call on a request you have.", "Look at it", `${bar.dataset.request}${call[0]}/`);
    } else if (lost.length) {
      say("A request on this page is not yours any more: it was closed or taken over, or its time ran out.", "Reload", here());
    } else if (count) {
      say(`${count} new ${count === 1 ? "request" : "requests"}.`, "Show them", bar.dataset.request);
    } else {
      say("");
    }
    bar.classList.toggle("q-live--new", Boolean(call || lost.length || count));
    if (count > newest) beep();
    newest = count;
  };

  const wrong = (words, link, where) => {
    bar.classList.add("q-live--wrong");
    when.textContent = `This page is not up to date. Last checked ${checked}.`;
    say(words, link, where);
    document.title = `(?) ${title}`;
  };

  const check = async () => {
    try {
      const answer = await fetch(bar.dataset.live, { cache: "no-cache", credentials: "same-origin", redirect: "error" });
      if (answer.status === 401) {
        wrong("You are signed out.", "Sign in again", `${bar.dataset.login}?next=${encodeURIComponent(here())}`);
      } else if (answer.ok) {
        show(answer, await answer.json());
      } else {
        wrong("The site answers with an error. Trying again.");
      }
    } catch {
      wrong("The site does not answer. Trying again.");
    }
  };

  // A choice of this browser alone; it says nothing about anybody.
  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("desk-sound") === "on";
      localStorage.setItem("desk-sound", value ? "on" : "off");
    } catch { /* a browser that keeps nothing stays silent */ }
    return false;
  };

  let audio;
  const beep = () => {
    if (!sound.checked || !window.AudioContext) return;
    audio ??= new AudioContext();
    audio.resume();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.4);
  };
  sound.checked = remembered();
  sound.addEventListener("change", () => {
    remembered(sound.checked);
    beep();
  });

  bar.hidden = false;
  when.textContent = `Last checked ${checked}`;
  setInterval(check, EVERY);
  // A page that was asleep says at once what it missed.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
}

// --- Notes: saved for whoever typed them three seconds after typing stops. They never leave for the browser's storage.

const PAUSE = 3_000;
let signedOut = false;

// Whoever signed in again in another tab has another token: the forms of this page take it, unless it is somebody else.
async function takeToken() {
  const { token, user } = bar?.dataset ?? {};
  if (!token) return "wrong";
  const answer = await fetch(token, { credentials: "same-origin", cache: "no-store", redirect: "error" });
  if (!answer.ok) return answer.status === 401 ? "out" : "wrong";
  const known = await answer.json();
  if (String(known.user) !== user) return "other";
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = known.token;
  return "taken";
}

const OUT = "You are signed out. Your words are still on this page: sign in in another tab, then save here.";
const OTHER = "Somebody else is signed in here now. Your words are still on this page. Nothing is saved under another name.";
const WRONG = "Not kept yet: the site does not answer. Your words are still on this page.";
const GONE = "The personal details of this request were erased. This note cannot be kept.";

for (const input of document.querySelectorAll("input[data-draft]")) {
  const form = input.form;
  const status = document.createElement("p");
  status.className = "q-hint q-kept";
  status.setAttribute("role", "status");
  input.after(status);
  let timer;
  let sent = false;

  const tell = (words, isWrong = true) => {
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("q-kept--wrong", isWrong);
  };

  const post = () => {
    const body = new FormData();
    body.set("text", input.value);
    body.set("draft", form.elements.draft.value);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return fetch(input.dataset.draft, { method: "POST", body, credentials: "same-origin", redirect: "error" });
  };

  const keep = async () => {
    if (sent) return;
    try {
      let answer = await post();
      if (answer.status === 403) {
        const taken = await takeToken();
        if (taken === "other") { signedOut = true; return tell(OTHER); }
        if (taken === "out") { signedOut = true; return tell(OUT); }
        if (taken === "taken") answer = await post();
      }
      signedOut = answer.status === 401 || answer.status === 409;
      if (answer.ok) tell(input.value ? "Kept for you while you type. Not saved yet." : "", false);
      else tell({ 401: OUT, 409: OTHER, 410: GONE }[answer.status] ?? WRONG);
    } catch {
      tell(WRONG);
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });

  // Come back to by the browser's Back, the page is typed in again.
  window.addEventListener("pageshow", () => { sent = false; });

  // While signed out a press would lead away from the words: first the token of whoever signed in again.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!signedOut) { sent = true; return; }
    event.preventDefault();
    const taken = await takeToken().catch(() => "wrong");
    if (taken === "taken") {
      signedOut = false;
      sent = true;
      form.submit();
    } else {
      tell({ out: OUT, other: OTHER }[taken] ?? WRONG);
    }
  });
}
