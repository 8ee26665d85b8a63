// A finding's link leads to its field; with this module also to its words in the editor's text.

function show(words) {
  const wanted = words.replace(/\[\d+\]/g, "").replace(/\W+/g, "").toLowerCase().slice(0, 60);
  if (!wanted) return;
  for (const block of document.querySelectorAll(".ProseMirror[contenteditable] :is(p, li, h2, h3, td, th)")) {
    if (block.textContent.replace(/\[\d+\]/g, "").replace(/\W+/g, "").toLowerCase().includes(wanted)) {
      block.scrollIntoView({ block: "center" });
      getSelection().selectAllChildren(block);
      return;
    }
  }
}

for (const link of document.querySelectorAll("a[data-find]")) {
  link.addEventListener("click", () => {
    const here = new URL(link.href).pathname === location.pathname;
    if (here) setTimeout(show, 50, link.dataset.find);
    else sessionStorage.setItem("find", link.dataset.find); // our own words, not a person's
  });
}

const kept = sessionStorage.getItem("find");
if (kept && document.querySelector("#article_form")) {
  sessionStorage.removeItem("find");
  setTimeout(show, 1500, kept); // the editor builds itself after the page
}
