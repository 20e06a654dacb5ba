// Evaluated in the page: returns one line for each fault.
() => {
  const faults = [];
  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shown = (selector) => [...document.querySelectorAll(selector)].filter(visible);
  const called = (element) => element.outerHTML.slice(0, 90).replace(/\s+/g, " ");
  const nameOf = (element) => (
    element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent || element.alt || element.title || ""
  ).trim();

  if (!document.documentElement.lang) faults.push("the page names no language");
  if (!document.title.trim()) faults.push("the page has no title");
  for (const landmark of ["main", "header"]) {
    if (document.querySelectorAll(landmark).length !== 1) faults.push(`there is not exactly one ${landmark}`);
  }

  const headings = shown("h1, h2, h3, h4").map((heading) => Number(heading.tagName[1]));
  if (headings.filter((level) => level === 1).length !== 1) faults.push("there is not exactly one h1");
  headings.reduce((before, level) => {
    if (level > before + 1) faults.push(`a heading of level ${level} follows one of level ${before}`);
    return level;
  }, 0);

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((one, index) => ids.indexOf(one) !== index)) faults.push(`the id ${id} is there twice`);
  for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    const wanted = `${element.getAttribute("aria-labelledby") ?? ""} ${element.getAttribute("aria-describedby") ?? ""}`;
    for (const id of wanted.trim().split(/\s+/)) if (!ids.includes(id)) faults.push(`nothing has the id ${id}`);
  }
  for (const element of shown("a[href], button, input:not([type=hidden]), select, textarea, [role=application], [role=img]")) {
    if (!nameOf(element)) faults.push(`nothing names ${called(element)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`no alternative text: ${called(image)}`);
  for (const cell of document.querySelectorAll("th:not([scope])")) faults.push(`no scope: ${called(cell)}`);

  const overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (overflow > 0) faults.push(`the page is ${overflow} px wider than the window`);
  for (const element of shown("main *")) {
    const box = element.getBoundingClientRect();
    if (box.right > window.innerWidth + 1 && !element.closest(".leaflet-container, .visually-hidden")) {
      faults.push(`cut off at the right: ${called(element)}`);
    }
  }
  for (const element of shown("a.button, button, input:not([type=checkbox]):not([type=hidden])")) {
    const box = element.getBoundingClientRect();
    if (box.height < 24 || box.width < 24) faults.push(`too small to touch: ${called(element)}`);
  }

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return [255, 255, 255, 255];
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const element of shown("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!own || element.closest(".leaflet-container, .visually-hidden, .skip")) continue;
    const [lighter, darker] = [rgba(getComputedStyle(element).color), ground(element)].map(luminance).sort((one, other) => other - one);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(2)}: ${called(element)}`);
  }
  return faults;
}
