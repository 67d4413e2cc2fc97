// Filters the issues by text, severity and code. Without it every issue is shown.
const form = document.getElementById("filter");
const [words, severity, code, shown] = ["words", "severity", "code", "shown"].map((id) => document.getElementById(id));
const rows = [...document.getElementById("issue-rows").rows];
const texts = rows.map((row) => row.textContent.toLowerCase());

function apply() {
  const wanted = words.value.trim().toLowerCase();
  let count = 0;
  rows.forEach((row, at) => {
    const fits =
      texts[at].includes(wanted) &&
      (!severity.value || row.dataset.severity === severity.value) &&
      (!code.value || row.dataset.code === code.value);
    row.hidden = !fits;
    count += fits;
  });
  shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{count}", rows.length);
}

form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
apply();
