// Which of our languages the browser's owner reads.

const OURS = ["en", "es", "pt"];

function choose() {
  for (const tag of navigator.languages ?? [navigator.language]) {
    const language = tag.slice(0, 2).toLowerCase();
    if (OURS.includes(language)) return language;
  }
  return "en";
}

export const language = choose();

/** Returns what looks up a text of a table and fills in `{name}`s. */
export function translator(table) {
  const texts = table[language];
  return (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Writes the texts of the page itself: elements say with `data-text` which one is theirs. */
export function translatePage(t) {
  document.documentElement.lang = language;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = t(element.dataset.label);
}
