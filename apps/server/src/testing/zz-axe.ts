import { readFileSync } from 'node:fs'
import { chromium } from '/work/main/node_modules/playwright-core/index.mjs'
import { startPages } from './pages.ts'
import { listen } from '../http-server.ts'
const axe = readFileSync('/work/main/node_modules/axe-core/axe.min.js', 'utf8')
const port = 8793
const pages = await startPages({ publicUrl: `http://localhost:${port}` })
const server = await listen({ fetch: (r) => pages.fetch(r), host: '127.0.0.1', port })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: '--headless --no-sandbox --disable-gpu'.split(' ') })
for (const [colorScheme, width] of [['light', 1000], ['dark', 320]] as const) {
  const ctx = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true })
  const page = await ctx.newPage()
  page.on('console', (m: any) => { if (!/status of/.test(m.text())) console.log('console', m.text()) })
  const check = async (name: string) => {
    const found = await page.evaluate(`(async()=>{ ${axe}; const r = await axe.run(document, {}); return { v: r.violations.map(v => v.id + ' ' + v.impact + ' ' + v.nodes.map(n => n.html + ' :: ' + n.failureSummary).join(' | ')), inc: r.incomplete.map(v=>v.id), over: document.documentElement.scrollWidth > innerWidth, focus: document.activeElement.outerHTML.slice(0,80) } })()`) as any
    console.log(name, colorScheme, JSON.stringify(found))
  }
  const base = pages.publicUrl
  for (const p of ['/', '/device', '/device/complete', '/device/error', '/account/sessions', '/nowhere', '/device/confirm']) { await page.goto(base + p); await check(p) }
  await page.goto(base + '/device'); await page.fill('#user-code', 'XXXX-XXXZ'); await page.click('button[name=provider]'); await check('refused')
  const t = await pages.startTerminal({ address: '198.51.100.23', deviceName: 'x'.repeat(64) })
  await page.fill('#user-code', t.user_code); await page.keyboard.press('Enter'); await page.waitForURL(/development/); await check('development')
  await page.click('button[value="0000-0002-1825-0097"]'); await check('confirm')
  const sizes = await page.evaluate(`[...document.querySelectorAll('button')].map(b=>{const r=b.getBoundingClientRect();return b.textContent+' '+r.width+'x'+r.height+' '+getComputedStyle(b).fontSize})`); console.log(sizes)
  await page.keyboard.press('Enter'); await new Promise(r => setTimeout(r, 300)); console.log('after Enter', page.url(), await t.poll())
  await page.click('button[value=approve]'); await new Promise(r => setTimeout(r, 200)); console.log('unticked blocked by browser:', page.url().includes('confirm'))
  await page.check('[name=other_network]'); await page.click('button[value=approve]'); await check('approved')
  pages.clock.advance({ seconds: 10 }); await t.poll(); await page.goto(base + '/account/sessions'); await check('sessions')
}
await browser.close(); process.exit(0)
