import { expect, test } from 'vitest'
import { startCpuTime } from '../testing/cpu-time.ts'
import { checkLogo } from './logo.ts'

const svg = (content: string, attributes = 'viewBox="0 0 10 10"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`

test.each([
  svg('<path d="M0 0h10v10z" fill="#123456"/>'),
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn by hand -->\n${svg('<g><title>A &amp; B</title><circle r="3"/></g>')}\n`,
  svg('<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect fill="url(#a)"/><use href="#b"/>'),
  svg(
    `<style>.a{fill:url('#a')}</style><path class='a' d='M0 0'/>`,
    `xmlns:xlink="http://www.w3.org/1999/xlink" viewBox='0,0,10,10'`,
  ),
])('a static drawing is accepted: %s', (logo) => expect(checkLogo(logo)).toBeNull())

test.each([
  ['a script', svg('<script>alert(1)</script>'), 'must not have <script>'],
  ['a script with a prefix', svg('<svg:script xmlns:svg="http://www.w3.org/2000/svg"/>'), 'not well-formed'],
  ['an event', svg('<rect onload="alert(1)"/>'), 'must not have scripts'],
  ['an event in capitals', svg('<rect OnClick="x"/>'), 'must not have scripts'],
  ['an event with a prefix', svg('<rect a:onclick="x"/>'), 'must not have scripts'],
  ['an event on the root', svg('', 'viewBox="0 0 1 1" onload="x"'), 'must not have scripts'],
  ['a link with a script', svg('<a href="javascript:x"><path d=""/></a>'), 'must not have <a>'],
  ['a use of another file', svg('<use href="https://evil.example/x.svg#a"/>'), 'outside the file'],
  ['a use of another file by xlink', svg('<use xlink:href="x.svg#a"/>'), 'outside the file'],
  ['a bitmap image', svg('<image href="https://evil.example/x.png"/>'), 'must not have <image>'],
  ['HTML', svg('<foreignObject><b/></foreignObject>'), 'must not have <foreignObject>'],
  ['an animation', svg('<set attributeName="href" to="javascript:x"/>'), 'must not have <set>'],
  ['a fill from elsewhere', svg('<rect fill="url(https://evil.example/#a)"/>'), 'must not load anything'],
  ['a style from elsewhere', svg('<rect style="background:URL( //evil.example )"/>'), 'must not load anything'],
  ['an import', svg('<style>@import "https://evil.example";</style>'), 'must not have @ rules'],
  ['a style that hides a keyword behind escapes', svg('<style>a{fill:u\\72l(//evil.example)}</style>'), 'escapes'],
  [
    'a style that hides a keyword behind character references',
    svg('<rect style="fill:&#117;rl(//evil.example)"/>'),
    'references',
  ],
  ['a base', svg('<g xml:base="https://evil.example/"/>'), 'outside the file'],
  ['an entity', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`, 'without a document type'],
  ['an instruction', `<?xml-stylesheet href="https://evil.example"?>${svg('')}`, 'without a document type'],
  ['CDATA', svg('<style><![CDATA[@import "x"]]></style>'), 'without a document type'],
  ['no end', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g>', 'not a complete'],
  ['end tags in the wrong order', svg('<g><path d=""></g></path>'), 'closes <g>'],
  ['two roots', svg('') + svg(''), 'single <svg> element'],
  ['text around it', `hello ${svg('')}`, 'single <svg> element'],
  ['another root', '<html/>', 'single <svg> element'],
  ['no content', '', 'not a complete'],
  ['no size', svg('', 'width="10"'), 'must have a viewBox'],
  ['no namespace', '<svg viewBox="0 0 1 1"/>', 'must be SVG'],
  ['attributes without quotes', svg('<rect width=1/>'), 'not well-formed'],
  ['too many bytes', svg(`<path d="${'1 '.repeat(17_000)}"/>`), 'at most 32 KiB'],
  ['too many elements', svg('<g/>'.repeat(2_001)), 'at most 2000 elements'],
])('a logo with %s is refused', (_what, logo, problem) => expect(checkLogo(logo)).toContain(problem))

test('hostile input takes little CPU time to check', () => {
  for (const logo of [
    `<svg ${'a="b" '.repeat(4_000)}`,
    '<'.repeat(32_000),
    `<!--${'-'.repeat(32_000)}`,
    `<a${' '.repeat(32_000)}`,
  ]) {
    const spentMs = startCpuTime()
    expect(checkLogo(logo)).not.toBeNull()
    expect(spentMs()).toBeLessThan(2_000)
  }
})
