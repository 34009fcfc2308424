"""How the page looks, on light and dark screens and on paper; and the one script, which sorts the table."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c1d20; --soft: #575a61; --faint: #e3e4e8; --wash: #f6f6f8; --link: #0b5cad;
  --good: #00684b; --bad: #a63d00; --open: #7a5200; --aside: #86366a; --measured: #1c1d20;
  --within: #8a8d94; --one: #0072b2; --two: #d55e00; --three: #009e73; --four: #cc79a7; --five: #b98200; --six: #56b4e9;
  --seven: #8b6914; --eight: #1c1d20; --safe: #009e7322; --limit: #c04f00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --ink: #e7e8ea; --soft: #a9adb5; --faint: #33373e; --wash: #1d2025; --link: #7cb8f2;
    --good: #4ecba6; --bad: #f5a06a; --open: #e8bd5a; --aside: #e6a3cb; --measured: #e7e8ea;
    --within: #8d929b; --one: #4aa3df; --two: #f08444; --three: #2dbd92; --four: #dc93bb; --five: #e0a72e; --six: #86cdf5;
    --seven: #bb9a45; --eight: #e7e8ea; --safe: #2dbd9226; --limit: #f08444;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2rem; }
a { color: var(--link); } a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; top: .5rem; background: var(--paper); padding: .5rem 1rem; z-index: 1; }
.skip:focus { left: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .8rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 3rem 0 .8rem; padding-top: 1rem; border-top: 1px solid var(--faint); }
h3 { font-size: 1.1rem; margin: 2.2rem 0 .3rem; }
h4 { font-size: 1rem; margin: 0 0 .35rem; overflow-wrap: anywhere; }
p, li, dd { max-width: 68ch; } p { margin: .5rem 0; }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; } code span { display: inline-block; max-width: 100%; }
.eyebrow, .note, figcaption { color: var(--soft); font-size: .875rem; }
.eyebrow { margin: 0 0 .2rem; }
.headline { font-size: 1.1rem; }
.word { white-space: nowrap; font-weight: 600; color: var(--measured); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); } .aside { color: var(--aside); } .none { color: var(--soft); font-weight: 400; }
.status { display: inline-block; border: 2px solid currentColor; border-radius: .4rem; padding: .1rem .7rem; font-size: 1.25rem; font-weight: 700; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1.2rem 0; }
.counts div { background: var(--wash); border-radius: .4rem; padding: .6rem .8rem; }
.counts dt { color: var(--soft); font-size: .85rem; } .counts dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.counts dd span { display: block; color: var(--soft); font-size: .85rem; font-weight: 400; }
.meaning { border-left: 3px solid var(--faint); padding-left: 1rem; color: var(--soft); }
.scrolls { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; } caption span { display: block; max-width: min(68rem, calc(100vw - 2rem)); }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--faint); font-weight: 400; }
thead th { border-bottom: 2px solid var(--soft); font-weight: 600; vertical-align: bottom; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; } thead .number button { text-align: right; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 3px solid var(--link); }
th button::after { content: " \\2195"; color: var(--soft); font-weight: 400; }
th[aria-sort=ascending] button::after { content: " \\2191"; color: var(--ink); } th[aria-sort=descending] button::after { content: " \\2193"; color: var(--ink); }
.verdicts tbody th { min-width: 9rem; } .verdicts .small { display: block; color: var(--soft); font-size: .8rem; overflow-wrap: anywhere; }
article { padding: 1.3rem 0 1.1rem; border-bottom: 1px solid var(--faint); }
article:target { box-shadow: -4px 0 0 var(--link); padding-left: .8rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 1.6rem; margin: .9rem 0 .5rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; } figcaption { max-width: 20rem; line-height: 1.35; margin-top: .25rem; } .wide figcaption { max-width: 68ch; }
.row { display: flex; flex-wrap: wrap; gap: .5rem .8rem; }
.system { margin: 0; width: min(7.5rem, (100% - 1.6rem) / 3); font-size: .78rem; line-height: 1.25; } .system span { display: block; color: var(--soft); } .system strong { display: block; color: var(--ink); overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .name { fill: var(--soft); } svg .strong { font-weight: 600; } svg .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.line { fill: none; stroke: var(--ink); stroke-width: 1.2; stroke-linejoin: round; stroke-linecap: round; } .area { stroke: none; }
.grid { stroke: var(--faint); fill: none; } .axis { stroke: var(--soft); fill: none; } .frame { fill: var(--wash); stroke: var(--faint); }
.line.seed { stroke: var(--within); stroke-width: .7; opacity: .75; } .line.median { stroke-width: 2.4; } .line.bar { stroke-width: 2.6; }
.line.limit { stroke: var(--limit); stroke-dasharray: 5 3; stroke-width: 1.6; } .line.level { stroke: var(--one); stroke-dasharray: 1.5 3; stroke-width: 1.6; }
.line.interval { stroke-width: 3; } .line.lesser { stroke: var(--within); stroke-width: 2; } .line.edge { stroke-width: 1.5; }
.area.within { fill: var(--within); opacity: .6; } .area.safe { fill: var(--safe); } .area.null { fill: var(--one); opacity: .18; } .area.bounds { fill: var(--one); opacity: .22; }
.dots { fill: none; stroke-linecap: round; stroke-width: 7; stroke: var(--ink); } .dots.pair { stroke: var(--within); stroke-width: 4.6; opacity: .8; }
.dots.image { stroke: var(--five); stroke-width: 5.4; } .dots.other { stroke: var(--one); stroke-width: 5.4; opacity: .8; } .dots.lesser { stroke: var(--within); stroke-width: 6; }
.matrix image { image-rendering: pixelated; }
.c0 { --class: var(--one); } .c1 { --class: var(--two); } .c2 { --class: var(--three); } .c3 { --class: var(--four); }
.c4 { --class: var(--five); } .c5 { --class: var(--six); } .c6 { --class: var(--seven); } .c7 { --class: var(--eight); }
rect.class { fill: var(--class); } .trials { fill: none; stroke: var(--class, var(--ink)); stroke-width: 1.1; stroke-linejoin: round; } .trials.points { stroke-width: 3; stroke-linecap: round; }
.starts { fill: none; stroke: var(--ink); stroke-width: 4; stroke-linecap: round; }
details { margin: .5rem 0; } summary h3 { display: inline; font-size: 1rem; color: var(--ink); } summary { cursor: pointer; color: var(--link); font-size: .9rem; }
dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .1rem 1rem; font-size: .875rem; margin: .5rem 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { padding: 2rem 1.25rem 3rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) {
  body { font-size: 15px; } main { padding-top: 1.2rem; } h1 { font-size: 1.7rem; }
  main, footer { padding-left: 1rem; padding-right: 1rem; } dl.facts { grid-template-columns: 1fr; } dl.facts dd { margin-bottom: .3rem; }
}
@media print {
  :root {
    color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --faint: #ccc; --wash: #f4f4f4; --link: #000;
    --good: #00684b; --bad: #a63d00; --open: #7a5200; --aside: #86366a; --measured: #000;
    --within: #8a8d94; --one: #0072b2; --two: #d55e00; --three: #009e73; --four: #cc79a7; --five: #b98200; --six: #56b4e9;
    --seven: #8b6914; --eight: #000; --safe: #009e7322; --limit: #c04f00;
  }
  @page { margin: 16mm 14mm; }
  html { font-size: 9.5pt; } body { font-size: 1rem; } main, footer { max-width: none; padding: 0; } .skip, .up { display: none; }
  a { text-decoration: none; } th button::after { content: none; } .scrolls { overflow: visible; }
  table { font-size: 7.5pt; } .verdicts tbody th { min-width: 0; } .number, .word { white-space: normal; }
  tr, figure, .system, h4, .counts { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } summary { list-style: none; color: var(--soft); } caption span { max-width: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

# The rows that have no value stay last, whichever way a column is sorted; what is closed is opened for the printer.
SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], said = document.getElementById("sorted");
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = row => row.cells[column].dataset.v, body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = head.dataset.kind === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
      return up ? order : -order;
    });
    body.append(...rows);
    said.textContent = `Sorted by ${head.textContent}, ${up ? "ascending" : "descending"}`;
  }));
}
addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
"""
