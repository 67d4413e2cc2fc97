// Conveniences of the page: sizes, the Issuer as it is chosen, progress, accepting every proposal. Forms work without it.
const $ = (id) => document.getElementById(id);

for (const input of document.querySelectorAll(".drop input")) {
  for (const [event, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    input.addEventListener(event, () => input.classList.toggle("over", over));
  }
}

const upload = document.querySelector("form[data-limit]");
if (upload) {
  const problem = upload.querySelector(".problem");
  upload.addEventListener("submit", (event) => {
    const files = [...upload.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    problem.hidden = size <= Number(upload.dataset.limit);
    if (!problem.hidden) {
      problem.textContent = upload.dataset.tooLarge;
      event.preventDefault();
    }
    $("reading").textContent = problem.hidden ? $("reading").dataset.words : "";
  });
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) form.querySelectorAll("button").forEach((button) => (button.disabled = true));
  });
}
addEventListener("pageshow", () => upload && ($("reading").textContent = ""));
addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false)));

const issuer = $("issuer");
if (issuer) {
  let newest = 0;
  const show = async () => {
    const asked = new URLSearchParams({ tenant: $("tenant").value, region: $("region").value });
    const mine = ++newest;
    const answer = await (await fetch(`/issuer?${asked}`)).json();
    if (mine === newest) issuer.textContent = answer.issuer || "–"; // an earlier question may be answered later
  };
  $("tenant").addEventListener("input", show);
  $("region").addEventListener("change", show);
  show(); // what was typed before this script was there, or what the browser kept
}

const progress = $("progress");
if (progress) {
  const look = async () => {
    try {
      const now = await (await fetch(progress.dataset.source)).json();
      if (!now.running) return location.reload();
      const people = now.people ? progress.dataset.people.replace("{count}", now.people.toLocaleString()) : "";
      $("step").textContent = [now.step, people].filter(Boolean).join(" · ");
    } catch {
      // The server is busy or was stopped; the next look shows which.
    }
    setTimeout(look, 700);
  };
  setTimeout(look, 300);
}

const all = $("accept-all");
if (all) {
  const boxes = [...document.querySelectorAll("input[name^=accept-]")];
  all.hidden = boxes.length < 2;
  all.addEventListener("click", () => boxes.forEach((box) => (box.checked = true)));
}
