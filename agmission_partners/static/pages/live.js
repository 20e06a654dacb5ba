// Keeps the parts of a page as they are on the server. Asks every few seconds, only while somebody looks; an entity tag makes
// the answer short when nothing has changed.
const EVERY_MS = 4000;
const AFTER_FAILURE_MS = 20000;

export function keepFresh(page, { onMapChanged }) {
  let tag = null;
  let timer = null;
  let mapTag = page.dataset.mapTag;

  async function ask() {
    const answer = await fetch(page.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.redirected) {
      window.location.reload(); // the session has ended: the sign-in page says so
      return;
    }
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`${answer.status}`);
    const now = await answer.json();
    const first = tag === null;
    tag = answer.headers.get("ETag");
    for (const [name, html] of Object.entries(now.parts)) show(page, name, html, first);
    if (now.map !== mapTag) {
      mapTag = now.map;
      onMapChanged();
    }
  }

  async function turn() {
    clearTimeout(timer);
    if (document.hidden) return;
    let pause = EVERY_MS;
    try {
      await ask();
      page.removeAttribute("data-stale");
    } catch {
      page.setAttribute("data-stale", ""); // the server is away; asked again, less often
      pause = AFTER_FAILURE_MS;
    }
    timer = setTimeout(turn, pause);
  }

  document.addEventListener("visibilitychange", turn);
  timer = setTimeout(turn, EVERY_MS);
}

// The page's own templates made the text, with everything from outside escaped.
function show(page, name, html, quietly) {
  const part = page.querySelector(`[data-part="${name}"]`);
  if (!part || normal(part.innerHTML) === normal(parsed(html)) || part.contains(document.activeElement)) return;
  part.innerHTML = html;
  if (quietly) return;
  part.classList.remove("fresh");
  requestAnimationFrame(() => part.classList.add("fresh"));
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.innerHTML;
}

function normal(html) {
  return html.replace(/\s+/g, " ").trim();
}
