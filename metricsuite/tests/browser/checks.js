// Checks of a page that is open: each gives the faults it found as a list of lines, empty where all is well.
// Playwright evaluates this file as one expression and calls the check by name; nothing stays behind in the page.
(() => {
  const LEAST_PX = 11, LEAST_RATIO = 4.5, LEAST_RATIO_LARGE = 3;

  const nameOf = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : "") +
    [...e.classList].map((c) => `.${c}`).join("");
  const where = (e) => (e.parentElement && e.parentElement !== document.body ? `${nameOf(e.parentElement)} > ` : "") + nameOf(e);
  const short = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Elements whose own text can be seen, with that text. What is hidden for screen readers alone (a box of 1 px) is not seen.
  function seenTexts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || ["SCRIPT", "STYLE", "TITLE", "DESC", "NOSCRIPT", "TEMPLATE"].includes(parent.tagName.toUpperCase())) continue;
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width > 0 && box.height > 0 && !isClippedAway(parent)) found.push({ element: parent, text: node.data, box });
    }
    return found;
  }
  function isClippedAway(element) {
    for (let e = element; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.position === "absolute" && (e.offsetWidth <= 1 || e.offsetHeight <= 1)) return true;
    }
    return false;
  }

  // Any CSS colour as [red, green, blue, alpha], by painting one pixel with it.
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pixel.canvas.width = pixel.canvas.height = 1;
  function colour(text) {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = "#000";
    pixel.fillStyle = text;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[3] * top[i] + (1 - top[3]) * below[i]).concat(1);
  const faded = (c, opacity) => [c[0], c[1], c[2], c[3] * opacity];
  const luminance = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const v = c[i] / 255;
    return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  function ratio(one, two) { // WCAG 2, "contrast ratio"
    const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }
  function canvasColour() { // the browser's own paper: dark where the page declares a dark color-scheme
    const probe = document.createElement("div");
    probe.style.cssText = "background: Canvas; display: none";
    document.documentElement.append(probe);
    const found = colour(getComputedStyle(probe).backgroundColor);
    probe.remove();
    return found;
  }
  function lineage(element) {
    const found = [];
    for (let e = element; e; e = e.parentElement) found.unshift(e);
    return found;
  }
  const opacityOf = (element) => lineage(element).reduce((product, e) => product * Number(getComputedStyle(e).opacity), 1);

  // What lies behind an element, from the paper up; null where a picture is behind it and no single colour can be named.
  function backgroundOf(element) {
    let found = canvasColour();
    for (const e of lineage(element)) {
      const style = getComputedStyle(e);
      if (e.namespaceURI.endsWith("svg") && e.tagName !== "svg") continue;
      if (style.backgroundImage !== "none") return null;
      found = over(faded(colour(style.backgroundColor), opacityOf(e)), found);
    }
    return found;
  }
  // Behind text in SVG: what was painted before it and covers the point.
  function paintedAt(text, x, y) {
    const svg = text.ownerSVGElement;
    let found = backgroundOf(svg);
    if (found === null) return null;
    for (const shape of svg.querySelectorAll("*")) {
      if (shape === text || shape.contains(text) || !(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      if (!(shape instanceof SVGGeometryElement) || shape.closest("defs, clipPath, mask, pattern") || !shape.checkVisibility()) continue;
      const style = getComputedStyle(shape);
      if (style.fill === "none" || !shape.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse()))) continue;
      if (style.fill.startsWith("url(")) return null;
      found = over(faded(colour(style.fill), Number(style.fillOpacity) * opacityOf(shape)), found);
    }
    return found;
  }

  const scaleOf = (element) => { // CSS pixels of the screen per unit of the text's own font size
    if (!(element instanceof SVGElement)) return 1;
    const m = element.getScreenCTM();
    return Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
  };
  const sizeOf = (element) => parseFloat(getComputedStyle(element).fontSize) * scaleOf(element);

  function contrast() {
    return seenTexts().flatMap(({ element, text, box }) => {
      const style = getComputedStyle(element), inSvg = element instanceof SVGElement;
      if (element.closest(":disabled")) return [];
      const ink = faded(colour(inSvg ? style.fill : style.color), opacityOf(element) * (inSvg ? Number(style.fillOpacity) : 1));
      const behind = inSvg
        ? [0.1, 0.5, 0.9].map((part) => paintedAt(element, box.left + part * box.width, box.top + box.height / 2))
        : [backgroundOf(element)];
      if (behind.includes(null)) return [`${where(element)} ${short(text)}: a picture lies behind the text`];
      const size = sizeOf(element), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const found = Math.min(...behind.map((below) => ratio(over(ink, below), below)));
      const least = large ? LEAST_RATIO_LARGE : LEAST_RATIO;
      return found >= least ? [] : [`${where(element)} ${short(text)}: contrast ${found.toFixed(2)}, needs ${least}`];
    });
  }

  function smallText() {
    return seenTexts().flatMap(({ element, text }) => {
      const size = sizeOf(element);
      return size >= LEAST_PX - 0.01 ? [] : [`${where(element)} ${short(text)}: ${size.toFixed(1)} px, needs ${LEAST_PX}`];
    });
  }

  const scrolls = (e, axis) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e)[axis]);
  function sideways() {
    const page = document.scrollingElement;
    if (page.scrollWidth <= innerWidth) return [];
    const held = (e) => lineage(e.parentElement).slice(2).some((above) => scrolls(above, "overflowX"));
    const wide = all("body *").filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5 && !held(e)).map(where);
    return [`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}: ${wide.slice(0, 5).join(", ")}`];
  }
  function cutOff() { // in print, where nobody can scroll
    return all("body *").flatMap((e) => {
      if (!e.checkVisibility() || isClippedAway(e)) return [];
      const cut = [["overflowX", "scrollWidth", "clientWidth"], ["overflowY", "scrollHeight", "clientHeight"]].filter(
        ([axis, whole, shown]) => scrolls(e, axis) && e[whole] > e[shown] + 1 && !(e instanceof SVGElement));
      return cut.map(([, whole, shown]) => `${where(e)}: ${shown} ${e[shown]} of ${e[whole]}`);
    });
  }

  const texts = (value) => (value || "").split(/\s+/).filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent.trim() || "").join(" ").trim();
  function pictures() {
    const faults = all("img").filter((e) => !(e.getAttribute("alt") || "").trim()).map((e) => `${where(e)}: no alt`);
    for (const e of all("svg, canvas")) {
      if (e.parentElement.closest("svg")) continue;
      const title = [...e.children].find((c) => c.tagName === "title");
      const name = texts(e.getAttribute("aria-labelledby")) || (e.getAttribute("aria-label") || "").trim() || title?.textContent.trim();
      if (e.getAttribute("role") !== "img") faults.push(`${where(e)}: role is not img`);
      if (!name) faults.push(`${where(e)}: no name`);
    }
    return faults;
  }

  function headings() {
    const found = all("h1, h2, h3, h4, h5, h6"), faults = [];
    const tops = found.filter((e) => e.tagName === "H1").length;
    if (tops !== 1) faults.push(`${tops} h1`);
    found.reduce((before, e) => {
      const level = Number(e.tagName[1]);
      if (level > before + 1) faults.push(`${e.tagName.toLowerCase()} ${short(e.textContent)} after h${before}`);
      if (!e.textContent.trim()) faults.push(`${e.tagName.toLowerCase()} is empty`);
      return level;
    }, 0);
    return faults;
  }

  function identifiers() {
    const seen = new Map();
    for (const e of all("[id]")) seen.set(e.id, (seen.get(e.id) || 0) + 1);
    return [...seen].filter(([id, times]) => times > 1 || !id).map(([id, times]) => `${times} elements have the id ${JSON.stringify(id)}`);
  }
  function references() {
    const lists = ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "for"];
    const wanted = lists.flatMap((name) => all(`[${name}]`).flatMap((e) => e.getAttribute(name).split(/\s+/).map((id) => [e, name, id])));
    for (const e of all("a, use")) {
      const to = e.getAttribute("href") || e.getAttribute("xlink:href") || "";
      if (to.startsWith("#") && to !== "#top") wanted.push([e, "href", decodeURIComponent(to.slice(1))]);
    }
    for (const name of ["fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-end"]) {
      for (const e of all(`[${name}^="url(#"]`)) wanted.push([e, name, e.getAttribute(name).replace(/^url\(#(.*)\)$/, "$1")]);
    }
    return wanted.filter(([, , id]) => !document.getElementById(id)).map(([e, name, id]) => `${where(e)}: ${name} ${JSON.stringify(id)} leads nowhere`);
  }

  function about() {
    const faults = [];
    if (!document.documentElement.lang) faults.push("no lang");
    if (!document.title.trim()) faults.push("no title");
    if (document.characterSet !== "UTF-8") faults.push(`charset is ${document.characterSet}`);
    if (document.compatMode !== "CSS1Compat") faults.push("no doctype");
    if (!/width=device-width/.test(document.querySelector("meta[name=viewport]")?.content || "")) faults.push("no viewport");
    return faults;
  }

  // Whatever would be asked for elsewhere, asked for or not; handlers in attributes are how a name would become a script.
  function strangers() {
    const local = (url) => !url || url.startsWith("data:") || url.startsWith("#");
    const faults = [];
    for (const name of ["src", "srcset", "poster", "data", "action", "formaction", "background", "ping"]) {
      for (const e of all(`[${name}]`)) if (!local(e.getAttribute(name))) faults.push(`${where(e)}: ${name} ${e.getAttribute(name)}`);
    }
    for (const e of all("link[href], image, feImage, use, base[href]")) {
      const to = e.getAttribute("href") || e.getAttribute("xlink:href");
      if (!local(to)) faults.push(`${where(e)}: href ${to}`);
    }
    for (const e of all("a[href], area[href]")) {
      if (!/^(https:|#|[\w.\/-]+$)/.test(e.getAttribute("href"))) faults.push(`${where(e)}: href ${e.getAttribute("href")}`);
    }
    for (const e of all("iframe, object, embed, meta[http-equiv=refresh i]")) faults.push(where(e));
    for (const css of [...all("style").map((e) => e.textContent), ...all("[style]").map((e) => e.getAttribute("style"))]) {
      for (const [word, , url] of css.matchAll(/@import[^;]*|url\(\s*(["']?)(.*?)\1\s*\)/g)) if (!local(url || word)) faults.push(`css: ${word}`);
    }
    for (const e of all("*")) for (const a of e.attributes) if (/^on/i.test(a.name)) faults.push(`${where(e)}: ${a.name}`);
    return faults;
  }

  // For comparisons between media: the words that are seen, in order.
  const words = () => seenTexts().map(({ text }) => text.trim().replace(/\s+/g, " "));
  // The focused element, and what shows that it has the focus.
  function focused() {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const ring = () => { const s = getComputedStyle(e); return [s.boxShadow, s.backgroundColor, s.textDecoration, s.borderColor].join("|"); };
    const style = getComputedStyle(e), outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const box = e.getBoundingClientRect(), now = ring();
    e.blur();
    const changed = ring() !== now;
    e.focus();
    return { name: `${where(e)} ${short(e.textContent)}`, shown: outlined || changed, order: all("*").indexOf(e), seen: box.width > 0 && box.height > 0 };
  }

  return { contrast, smallText, sideways, cutOff, pictures, headings, identifiers, references, about, strangers, words, focused };
})()
