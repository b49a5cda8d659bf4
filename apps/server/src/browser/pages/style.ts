/**
 * The one style sheet: paper and ink, one accent, generous space. System fonts only. Colours are chosen for a contrast of at least 4.5:1
 * for text and 3:1 for the edges of fields, in the light and in the dark. It is long because it is one sheet.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f4efe4; --sheet: #fffdf8; --ink: #221d17; --faded: #635a4d; --hairline: #ddd3c1; --edge: #877b69;
  --accent: #8a2f1d; --wash: #f8eee3; --shade: rgb(70 50 20 / .1);
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161411; --sheet: #201d19; --ink: #efe8da; --faded: #b3a896; --hairline: #3b352c; --edge: #8d8271;
    --accent: #eb9a80; --wash: #2b231c; --shade: rgb(0 0 0 / .35);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  padding: 0 1rem; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 var(--sans);
}
.masthead, main, .colophon { width: 100%; max-width: 38rem; }
.masthead { padding: 2rem 0 1.5rem; }
.home {
  display: inline-flex; align-items: center; gap: .75rem; min-height: 44px; color: var(--ink);
  font: 600 1.125rem/1.3 var(--serif); text-decoration: none; overflow-wrap: anywhere;
}
.home:hover span { text-decoration: underline; text-underline-offset: .25em; }
.mark { flex: none; fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; }
.mark .ink { stroke: currentColor; opacity: .7; }
main { flex: 1; overflow-wrap: break-word; }
.colophon {
  margin-top: 3rem; padding: 1.25rem 0 2rem; border-top: 1px solid var(--hairline); color: var(--faded); font-size: .875rem;
}
.colophon nav { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.colophon a { display: inline-flex; align-items: center; min-height: 32px; color: inherit; }
.sheet {
  padding: clamp(1.25rem, 5vw, 2.75rem); background: var(--sheet); border: 1px solid var(--hairline);
  border-top: 4px solid var(--accent); border-radius: 3px; box-shadow: 0 1px 2px var(--shade), 0 10px 30px -18px var(--shade);
}
.sheet + .sheet { margin-top: 1.25rem; }
.slip { padding-block: 1.375rem; border-top-width: 1px; border-top-color: var(--hairline); }
h1 { margin: 0 0 1rem; font: 600 clamp(1.625rem, 5.5vw, 2.125rem)/1.2 var(--serif); letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; font: 600 1.1875rem/1.35 var(--serif); }
p, ul, ol, dl { margin: 0 0 1rem; }
.sheet > :last-child, .sheet form > :last-child, .note > :last-child { margin-bottom: 0; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .2em; }
strong { font-weight: 650; }
.lead { font-size: 1.125rem; }
.faded { color: var(--faded); font-size: .9375rem; }
.eyebrow { margin: 0 0 .5rem; color: var(--accent); font-weight: 600; font-size: .8125rem; letter-spacing: .09em; text-transform: uppercase; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 2px; }

label, .label { display: block; margin-bottom: .375rem; font-weight: 600; }
input[type='text'] {
  display: block; width: 100%; min-height: 52px; margin: 0 0 1rem; padding: .5rem .875rem; color: var(--ink);
  background: var(--paper); border: 1px solid var(--edge); border-radius: 3px; font: inherit;
}
input.code-input {
  padding: .75rem; text-align: center; font: 600 clamp(1.375rem, 7vw, 2rem)/1.3 var(--mono); letter-spacing: .12em; text-transform: uppercase;
}
input::placeholder { color: var(--faded); opacity: 1; font-weight: 400; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 48px; padding: .625rem 1.375rem; cursor: pointer;
  font: 600 1.0625rem/1.3 var(--sans); text-align: center; text-decoration: none; overflow-wrap: anywhere;
  color: var(--sheet); background: var(--ink); border: 1.5px solid var(--ink); border-radius: 3px;
}
button:hover, .button:hover { background: color-mix(in srgb, var(--ink) 86%, var(--sheet)); }
.plain { color: var(--ink); background: var(--sheet); }
.plain:hover { background: var(--wash); }
.small { min-height: 44px; padding: .375rem .875rem; font-size: .9375rem; border-width: 1px; border-color: var(--edge); }
.wide { display: flex; width: 100%; }
.wide + .wide { margin-top: .75rem; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .875rem; }
.tick { display: flex; gap: .75rem; align-items: flex-start; margin: 0 0 1.25rem; font-weight: 500; min-height: 44px; }
.tick input { flex: none; width: 1.5rem; height: 1.5rem; margin: .0625rem 0 0; accent-color: var(--accent); }

.code {
  display: block; margin: .25rem 0 1.25rem; padding: 1.125rem .5rem; text-align: center; white-space: nowrap; background: var(--wash);
  border: 1px dashed var(--edge); border-radius: 3px; font: 600 clamp(1.75rem, 10vw, 2.875rem)/1.2 var(--mono); letter-spacing: .08em;
}
.command {
  display: block; margin: 0 0 1rem; padding: .875rem 1rem; overflow-x: auto; background: var(--wash); border: 1px solid var(--hairline);
  border-radius: 3px; font: 500 1rem/1.5 var(--mono); white-space: pre;
}
.command .prompt { color: var(--faded); user-select: none; }
code { font-family: var(--mono); font-size: .94em; }
.facts { margin: 0 0 1.25rem; border-top: 1px solid var(--hairline); }
.facts > div { display: grid; grid-template-columns: 10.5rem 1fr; gap: 0 1rem; padding: .625rem 0; border-bottom: 1px solid var(--hairline); }
dt { color: var(--faded); font-size: .9375rem; }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.125rem; }
q.foreign { padding: 0 .2em; background: var(--wash); border-radius: 2px; font-family: var(--mono); font-size: .9em; overflow-wrap: anywhere; }
.aside { color: var(--faded); font-size: .875rem; }
.note { margin: 0 0 1.25rem; padding: .875rem 1.125rem; background: var(--wash); border: 1px solid var(--hairline); border-left: 4px solid var(--accent); border-radius: 3px; }
.note:focus { outline: 1px solid var(--edge); outline-offset: 0; }
.person { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; justify-content: space-between; margin: 0 0 1.25rem; }
.person > div { min-width: 0; overflow-wrap: anywhere; }
.person p { margin: 0; }
.iD { font-family: var(--mono); font-size: .9375rem; }
.stamp {
  display: inline-block; margin: 0 0 1.25rem; padding: .3125rem .875rem; color: var(--accent); border: 2px solid currentColor; border-radius: 3px;
  font: 700 .9375rem/1.4 var(--mono); letter-spacing: .14em; text-transform: uppercase; transform: rotate(-2deg);
}
.terminals { margin: 0 0 1.25rem; padding: 0; list-style: none; border-top: 1px solid var(--hairline); }
.terminals > li { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; justify-content: space-between; align-items: center; padding: 1rem 0; border-bottom: 1px solid var(--hairline); }
.terminals .what { flex: 1 1 17rem; min-width: 0; overflow-wrap: anywhere; }
.terminals h2 { margin: 0 0 .125rem; }
.terminals p { margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
body:has(.folio) :is(.masthead, main, .colophon) { max-width: 60rem; }
.folio :is(p, ul, .facts, .versions) { max-width: 44rem; }
.told { white-space: pre-line; overflow-wrap: anywhere; }
.folio :is(h1, h2, h3), .catalogue > li { overflow-wrap: anywhere; }
h3 { margin: 1.5rem 0 .375rem; font: 600 1.0625rem/1.4 var(--sans); }
.folio code { overflow-wrap: anywhere; }
.catalogue { margin: 1.5rem 0 0; padding: 0; list-style: none; border-top: 1px solid var(--hairline); }
.catalogue > li { padding: 1.25rem 0; border-bottom: 1px solid var(--hairline); }
.catalogue > li:last-child { padding-bottom: 0; border-bottom: 0; }
.catalogue h2 { margin: 0 0 .375rem; }
.catalogue a { display: inline-block; padding: .25rem 0; }
.catalogue p { margin: 0 0 .375rem; }
.scroll { position: relative; margin: 0 0 1.25rem; overflow-x: auto; border: 1px solid var(--hairline); border-radius: 3px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; line-height: 1.45; }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--hairline); min-width: 4.5rem; max-width: 22rem; overflow-wrap: break-word; }
td.told { min-width: 12rem; }
td.rules { min-width: 10rem; }
thead th { color: var(--faded); font-weight: 600; font-size: .875rem; white-space: nowrap; background: var(--wash); }
tbody th { min-width: 9rem; font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.versions { padding: 0; list-style: none; }
.versions > li { padding: .375rem 0; }
.versions .aside { display: block; }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 30rem) {
  body { padding: 0 .75rem; }
  .masthead { padding: 1rem 0 .875rem; }
  .facts > div { grid-template-columns: 1fr; }
  .choices { gap: .625rem; }
  .choices button { padding: .625rem .5rem; }
}
@media print {
  :root {
    color-scheme: light; --paper: #fff; --sheet: #fff; --ink: #000; --faded: #444; --hairline: #bbb; --edge: #666; --accent: #8a2f1d; --wash: #f3f3f3;
  }
  body, body:has(.folio) :is(.masthead, main) { max-width: none; }
  body { display: block; padding: 0; font-size: 10.5pt; }
  .masthead { padding: 0 0 1rem; }
  .sheet { border: 0; padding: 0; box-shadow: none; }
  .folio :is(p, ul, .facts, .versions) { max-width: none; }
  .scroll { overflow: visible; border: 0; }
  table, thead th { font-size: 8.5pt; }
  th, td { padding: .25rem .4rem; min-width: 0; }
  td.told, td.rules { min-width: 0; }
  tbody th { min-width: 6.5rem; }
  .lead { font-size: 11.5pt; }
  .faded, .command, dt { font-size: 9.5pt; }
  thead { display: table-header-group; }
  tr, .facts > div, .versions > li, .catalogue > li { break-inside: avoid; }
  :is(h1, h2, h3, .catalogue h2) { break-after: avoid; }
  .command { white-space: pre-wrap; overflow: visible; }
  a[href^='https:'] { overflow-wrap: anywhere; }
  button, .button, input, form label, .colophon { display: none !important; } /* whatever else shapes them: paper takes no answer */
}
`
