// What the pages do beyond forms and links: copy, and follow jobs while they run. Everything works without it.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    const said = button.querySelector("span") || button;
    const before = said.textContent;
    try {
      await navigator.clipboard.writeText(from.textContent.trim());
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(from);
      said.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { said.textContent = before; }, 2000);
  });
}

// Rows and pages of jobs that are not finished say which: their marks follow, and a page shows the result when it is there.
const open = [...document.querySelectorAll("[data-live]")];
if (open.length > 0) {
  const ids = new URLSearchParams(open.map((mark) => ["id", mark.dataset.live]));
  const events = new EventSource("/app/events?" + ids);
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    for (const mark of open.filter((m) => m.dataset.live === job.id)) {
      mark.className = "tag " + job.class;
      mark.textContent = job.text;
    }
    if (job.finished && document.querySelector("[data-reload]")) {
      events.close();
      location.reload();
    }
  });
  events.addEventListener("end", () => events.close());
}

// Ctrl+Enter in the text of a circuit runs it; Tab stays what it is for whoever has no mouse.
for (const area of document.querySelectorAll("textarea[data-run]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form.requestSubmit();
  });
}

const wrong = document.querySelector("[aria-invalid=true], [data-focus]");
if (wrong) wrong.focus();
