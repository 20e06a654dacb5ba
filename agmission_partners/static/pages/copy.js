// Buttons with data-copy put its text on the clipboard, and say so.
const SAID_FOR_MS = 1500;

export function copyOnClick(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.querySelector("span");
    const before = "Copy";
    label.textContent = (await copied(button.dataset.copy)) ? "Copied" : "Not allowed";
    setTimeout(() => { label.textContent = before; }, SAID_FOR_MS);
  });
}

// Browsers give the clipboard to secure pages only; elsewhere the full text is the button's title.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
