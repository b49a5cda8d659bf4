/**
 * The one style sheet: paper and ink, one accent colour for actions and one for danger, generous space. It uses system fonts only. Headings
 * fall back to sans-serif if none of the light serifs is installed, since the generic `serif` is often a heavy face. Contrast is at least
 * 4.5:1 for text and 3:1 for the edges of fields, in light and dark mode.
 */
import { type Accent, surfaces } from '../../profile/accent.ts'

const { light, dark } = surfaces

export const style = `
:root {
  color-scheme: light dark;
  --paper: ${light.paper}; --sheet: ${light.sheet}; --ink: #221d17; --faded: #635a4d; --hairline: #ddd3c1; --edge: #877b69;
  --accent: #1d5c54; --danger: #a02c1c; --wash: ${light.wash}; --shade: rgb(70 50 20 / .1);
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, P052, 'URW Palladio L', 'Book Antiqua', Charter, 'Bitstream Charter',
    'Source Serif 4', 'Noto Serif', Georgia, Cambria, 'Liberation Serif', system-ui, -apple-system, sans-serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: ${dark.paper}; --sheet: ${dark.sheet}; --ink: #efe8da; --faded: #b3a896; --hairline: #3b352c; --edge: #8d8271;
    --accent: #8fcfc2; --danger: #f29b86; --wash: ${dark.wash}; --shade: rgb(0 0 0 / .35);
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
svg { flex: none; }
.mark { fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
/* the operator's own logo, of any shape */
.logo { flex: none; width: auto; height: 2.25rem; max-width: 7.5rem; object-fit: contain; }
@media (prefers-color-scheme: dark) { .logo { padding: .25rem; background: #fffdf8; border-radius: 3px; } }
.card { stroke: var(--accent); stroke-width: 1.6; }
.card .ink { stroke: var(--ink); opacity: .7; }
.orcid { width: 1.5rem; height: 1.5rem; forced-color-adjust: none; }
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
input[type='text'], select {
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
  gap: .625rem; color: var(--sheet); background: var(--accent); border: 1.5px solid var(--accent); border-radius: 3px;
}
button:hover, .button:hover { background: color-mix(in srgb, var(--accent) 86%, var(--ink)); }
.plain { color: var(--ink); background: var(--sheet); border-color: var(--edge); }
.plain:hover { background: var(--wash); }
.small { min-height: 44px; padding: .375rem .875rem; font-size: .9375rem; border-width: 1px; border-color: var(--edge); }
.with-orcid { color: #1f2a2a; background: #fff; border-color: var(--edge); }
.with-orcid:hover { background: #eef3e0; }
.danger, .choice[value='deny'] { background: var(--danger); border-color: var(--danger); }
:is(.danger, .choice[value='deny']):hover { background: color-mix(in srgb, var(--danger) 86%, var(--ink)); }
.wide { display: flex; width: 100%; }
.wide + .wide { margin-top: .75rem; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .875rem; }
.choice { min-height: 52px; }
.tick { display: flex; gap: .75rem; align-items: flex-start; margin: 0 0 1.25rem; font-weight: 500; min-height: 44px; }
.tick input { flex: none; width: 1.5rem; height: 1.5rem; margin: .0625rem 0 0; accent-color: var(--accent); }

.code {
  display: block; margin: 0 0 1rem; padding: .5rem; text-align: center; white-space: nowrap; background: var(--wash);
  border: 1px dashed var(--edge); border-radius: 3px; font: 600 clamp(1.75rem, 9vw, 2.5rem)/1.2 var(--mono); letter-spacing: .08em;
}
.command {
  display: block; margin: 0 0 1rem; padding: .875rem 1rem; overflow-wrap: anywhere; background: var(--wash); border: 1px solid var(--hairline);
  border-radius: 3px; font: 500 1rem/1.5 var(--mono); white-space: pre-wrap;
}
.command .prompt { color: var(--faded); user-select: none; }
code { font-family: var(--mono); font-size: .94em; }
.facts { margin: 0 0 1.25rem; border-top: 1px solid var(--hairline); }
.facts > div { display: grid; grid-template-columns: 10.5rem minmax(0, 1fr); gap: 0 1rem; padding: .625rem 0; border-bottom: 1px solid var(--hairline); }
dt { color: var(--faded); font-size: .9375rem; }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.125rem; }
q.foreign { padding: 0 .2em; background: var(--wash); border-radius: 2px; font-family: var(--mono); font-size: .9em; overflow-wrap: anywhere; }
.aside { color: var(--faded); font-size: .875rem; }
.note { margin: 0 0 1.25rem; padding: .875rem 1.125rem; background: var(--wash); border: 1px solid var(--hairline); border-left: 4px solid var(--edge); border-radius: 3px; }
.note[role='alert'] { border-left-color: var(--danger); }
.note:focus { outline: 1px solid var(--edge); outline-offset: 0; }
.person { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin: 0 0 1rem; }
.person p { flex: 1 1 14rem; min-width: 0; margin: 0; overflow-wrap: anywhere; }
.iD { display: inline-flex; vertical-align: bottom; gap: .3125rem; align-items: center; font-family: var(--mono); font-size: .9375rem; white-space: nowrap; }
.iD .orcid { width: 1.125rem; height: 1.125rem; }
details { margin-top: 1.25rem; }
summary { padding: .5rem 0; cursor: pointer; color: var(--accent); font-weight: 600; }
.link { min-height: 2rem; padding: .25rem 0; color: var(--accent); background: none; border: 0; font-size: .9375rem; font-weight: 500; text-decoration: underline 1px; text-underline-offset: .2em; }
.link:hover { background: none; text-decoration-thickness: 2px; }
body:has(.decision) :is(.masthead, main, .colophon) { max-width: 44rem; }
body:has(.decision) .masthead { padding-block: 1rem .875rem; }
.decision { padding-block: clamp(1rem, 4vw, 1.75rem); }
.decision h1 { margin-bottom: .5rem; font-size: clamp(1.5rem, 5vw, 1.75rem); }
.decision p { margin-bottom: .625rem; line-height: 1.45; }
.decision .person { gap: 0 1rem; margin-bottom: .75rem; padding: .25rem 0; border-block: 1px solid var(--hairline); font-size: .9375rem; }
.decision .person p { margin: 0; }
.decision .tick { margin-bottom: .875rem; line-height: 1.4; }
.decision details { margin-top: .75rem; }
.decision .facts { margin: .5rem 0 0; }
.end { text-align: center; }
.seal { margin-bottom: .75rem; }
.seal svg { width: 4rem; height: 4rem; padding: .875rem; border: 3px solid currentColor; }
.approved .seal { color: var(--accent); }
.approved .seal svg { border-radius: 50%; color: var(--sheet); background: var(--accent); border-color: var(--accent); }
.denied { border-top-color: var(--danger); }
.denied .seal { color: var(--danger); }
.stamp {
  display: inline-block; margin: 0 0 1.25rem; padding: .3125rem .875rem; color: var(--danger); border: 2px solid currentColor; border-radius: 3px;
  font: 700 .9375rem/1.4 var(--mono); letter-spacing: .14em; text-transform: uppercase; transform: rotate(-2deg);
}
.terminals { margin: 0 0 1.25rem; padding: 0; list-style: none; border-top: 1px solid var(--hairline); }
.terminals > li { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; justify-content: space-between; align-items: center; padding: 1rem 0; border-bottom: 1px solid var(--hairline); }
.terminals .what { flex: 1 1 17rem; min-width: 0; overflow-wrap: anywhere; }
.terminals h2 { margin: 0 0 .125rem; }
.terminals p { margin: 0; }
.terminals details { flex: 1 0 100%; margin: 0; }
.terminals summary { padding: .25rem 0; font-size: .9375rem; font-weight: 500; }
.terminals input { flex: 1 1 12rem; width: auto; min-height: 44px; margin: 0; }
.new { display: inline-block; padding: 0 .5em; color: var(--sheet); background: var(--accent); border: 1px solid var(--accent); border-radius: 3px; font: 600 .8125rem/1.6 var(--sans); }
.news { border-left-color: var(--accent); }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
body:has(.folio) :is(.masthead, main, .colophon) { max-width: 60rem; }
.folio :is(p, ul, .facts, .versions) { max-width: 44rem; }
.prose { white-space: pre-line; overflow-wrap: anywhere; }
.asks, .folio :is(h1, h2, h3, code), .catalogue > li { overflow-wrap: anywhere; }
h3 { margin: 1.5rem 0 .375rem; font: 600 1.0625rem/1.4 var(--sans); }
.catalogue { margin: 1.5rem 0 0; padding: 0; list-style: none; border-top: 1px solid var(--hairline); }
.catalogue > li { padding: 1.25rem 0; border-bottom: 1px solid var(--hairline); }
.catalogue > li:last-child { padding-bottom: 0; border-bottom: 0; }
.catalogue h2 { margin: 0 0 .375rem; }
.catalogue a { display: inline-block; padding: .25rem 0; }
.catalogue p { margin: 0 0 .375rem; }
/* shades an edge where the table continues beyond it; the two upper layers scroll with the table and cover the shades at its ends */
.scroll {
  position: relative; margin: 0 0 1.25rem; overflow-x: auto; border: 1px solid var(--hairline); border-radius: 3px;
  background: linear-gradient(90deg, var(--sheet) 40%, transparent) 0 0 / 3rem 100% no-repeat local,
    linear-gradient(270deg, var(--sheet) 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
    linear-gradient(90deg, var(--edge), transparent) 0 0 / .875rem 100% no-repeat scroll,
    linear-gradient(270deg, var(--edge), transparent) 100% 0 / .875rem 100% no-repeat scroll;
}
.scroll-hint { display: none; margin: 0 0 .375rem; color: var(--faded); font-size: .875rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; line-height: 1.45; }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--hairline); min-width: 4.5rem; max-width: 22rem; overflow-wrap: break-word; }
td.prose { min-width: 12rem; }
td.rules { min-width: 10rem; }
thead th { color: var(--faded); font-weight: 600; font-size: .875rem; white-space: nowrap; }
tbody th { min-width: 9rem; font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.tabs { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0 0 1.5rem; border-bottom: 1px solid var(--hairline); }
.tabs a { display: inline-flex; align-items: center; min-height: 44px; margin-bottom: -1px; padding-bottom: 3px; color: var(--faded); font-weight: 600; text-decoration: none; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { padding-bottom: 0; color: var(--ink); border-bottom: 3px solid var(--accent); }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: .75rem 1rem; align-items: end; margin: 0 0 1.5rem; }
.folio .terminals { max-width: none; }
.filters label { font-size: .9375rem; }
.filters :is(input[type='text'], select) { min-height: 44px; margin: 0; }
.filters .row { min-height: 44px; }
.pager { justify-content: space-between; }
.pager a { display: inline-flex; align-items: center; min-height: 44px; font-weight: 600; }
.role { display: inline-block; padding: 0 .5em; border: 1px solid var(--edge); border-radius: 3px; font-weight: 600; font-size: .8125rem; line-height: 1.6; }
.role:is(.admin, .on) { color: var(--sheet); background: var(--accent); border-color: var(--accent); }
.role.publisher { color: var(--accent); border-color: var(--accent); }
.versions { padding: 0; list-style: none; }
.versions > li { padding: .375rem 0; }
.versions .aside { display: block; }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 48rem) { .scroll-hint { display: block; } }
@media (max-width: 30rem) {
  body { padding: 0 .75rem; }
  .masthead, body:has(.decision) .masthead { padding: .5rem 0; }
  .tabs { justify-content: space-between; gap: 0 .5rem; font-size: .9375rem; }
  .facts > div { grid-template-columns: 1fr; }
  .decision { font-size: 1rem; }
  .decision p { line-height: 1.4; }
  .decision .code { padding: .25rem; margin-bottom: .75rem; }
  .decision .code-input { min-height: 48px; margin-bottom: .5rem; padding: .25rem; }
  .choices { gap: .625rem; }
  .choice { gap: .25rem; overflow-wrap: normal; }
  .choices button { padding: .625rem .5rem; }
}
@media (max-width: 22rem) { .choices .choice { padding-inline: .25rem; font-size: 1rem; } }
@media print {
  :root {
    color-scheme: light; --paper: #fff; --sheet: #fff; --ink: #000; --faded: #444; --hairline: #bbb; --edge: #666; --accent: #1d5c54; --danger: #a02c1c; --wash: #f3f3f3;
  }
  body, body:has(.folio) :is(.masthead, main) { max-width: none; }
  body { display: block; padding: 0; font-size: 10.5pt; }
  .masthead { padding: 0 0 1rem; }
  .sheet { border: 0; padding: 0; box-shadow: none; }
  .folio :is(p, ul, .facts, .versions) { max-width: none; }
  .scroll { overflow: visible; border: 0; }
  table, thead th { font-size: 8.5pt; }
  th, td { padding: .25rem .4rem; min-width: 0; }
  td.prose, td.rules { min-width: 0; }
  tbody th { min-width: 6.5rem; }
  .lead { font-size: 11.5pt; }
  .faded, .command, dt { font-size: 9.5pt; }
  thead { display: table-header-group; }
  tr, .facts > div, .versions > li, .catalogue > li { break-inside: avoid; }
  :is(h1, h2, h3, .catalogue h2) { break-after: avoid; }
  a[href^='https:'] { overflow-wrap: anywhere; }
  button, .button, input, form label, .colophon, .scroll-hint { display: none !important; } /* nothing can be pressed on paper */
}
`

/** Replaces our accent colour with the node's own. Print always uses the light one, since paper is white. */
export const accentStyle = ({ light, dark }: Accent): string => `
:root { --accent: ${light}; }
@media screen and (prefers-color-scheme: dark) { :root { --accent: ${dark}; } }
`
