import type { ConventionManifest } from '@osa/contract'
import { sampleManifest } from '@osa/contract/testing'
import { isRefusal } from '@osa/core'
import { expect, test } from 'vitest'
import { arriveAtConfirm, nearbyAddress, startPages } from '../testing/pages.ts'

const requester = { ip: nearbyAddress, source: nearbyAddress, userAgent: null, requestId: null }

/** Starts a node and deploys these conventions one after another, a day apart. */
async function pagesWith(...manifests: ConventionManifest[]) {
  const pages = await startPages({ auth: { roleGrants: () => 'publisher' } })
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  await browser.press('Approve')
  const tokens = await pages.auth.exchangeDeviceCode({
    clients: [pages.client('osa-cli')],
    deviceCode: terminal.device_code,
    requester,
  })
  if (isRefusal(tokens)) throw new Error(tokens.error_description)
  const principal = await pages.auth.authenticate(tokens.access_token)
  if (isRefusal(principal)) throw new Error(principal.error_description)
  for (const manifest of manifests) {
    const outcome = await pages.conventions.deploy({ principal, manifests: [manifest], requester })
    if ('error' in outcome) throw new Error(JSON.stringify(outcome))
    pages.clock.advance({ seconds: 86_400 })
  }
  return Object.assign(pages, {
    visit: (path: string) => pages.browse().open(`${pages.publicUrl}${path}`),
  })
}

/** The text of a page, without tags and with single spaces. */
const textOf = (body: string): string =>
  body
    .replace(/<style.*?<\/style>/s, '')
    .replaceAll('<wbr>', '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')

test('an archive without conventions says so, and says how to register one', async () => {
  await using pages = await pagesWith()
  const { status, body } = await pages.visit('/conventions')
  expect(status).toBe(200)
  expect(body).toContain('No convention is registered here yet')
  expect(body).toContain('osa deploy')
})

test('the start page and the footer of every page link to the conventions', async () => {
  await using pages = await pagesWith()
  for (const path of ['/', '/device', '/nowhere']) {
    expect((await pages.visit(path)).body).toContain('href="/conventions"')
  }
})

test('the list names each convention, links to it and describes it', async () => {
  await using pages = await pagesWith(
    sampleManifest(),
    sampleManifest({ title: 'Maps', hooks: [], description: 'Words '.repeat(200) }),
  )
  const { body } = await pages.visit('/conventions')
  expect(body).toContain('<a href="/conventions/protein-structures">Protein structures</a>')
  expect(body).toContain('<a href="/conventions/maps">Maps</a>')
  expect(textOf(body)).toContain('protein-structure 1.2.0 · 1 hook · version 1, deployed on')
  expect(textOf(body)).toContain('no hooks')
  expect(body).toContain('Words…')
})

test('one convention shows all that a reader needs: purpose, fields with units, files, hooks, examples, versions', async () => {
  await using pages = await pagesWith(sampleManifest())
  const { body, status } = await pages.visit('/conventions/protein-structures')
  expect(status).toBe(200)
  const text = textOf(body)
  for (const expected of [
    'To compare binding pockets across protein families.',
    'Three-dimensional structures of proteins',
    'resolution number Å yes one from 0.3 to 20 How fine the details are',
    'collected_on date – none no one',
    'publications url – none no any number matching',
    'terms of urn:osa:ontology:experimental-methods, under diffraction',
    '1 to 10 files of type .cif, .pdb or chemical/x-mmcif, each of at most 50 MiB.',
    'Computes any number of rows for each record.',
    'volume number Å³ yes Inside the solvent surface.',
    'ghcr.io/example/find-pockets:1.0.0, digest sha256:0123456789ab…',
    'at most 10 minutes, 512 MiB of memory and 0.5 processor cores.',
    'fetch_structures collects records from other sources.',
    'Which kinases have a pocket larger than 500 Å³?',
    'select accession from records where resolution &lt; 1.5',
    'Below 1.5 Å single atoms can be told apart.',
    'For predicted structures, whose resolution means nothing.',
    'by Josiah Carberry',
    'https://archive.example/conventions/protein-structures?version=1',
  ]) {
    expect(text).toContain(expected)
  }
  expect(body).toContain('<a href="https://www.wwpdb.org/" rel="noreferrer">')
})

test('example values of a field are shown beside its description', async () => {
  const manifest = sampleManifest()
  const [field] = manifest.schema.fields
  if (!field) throw new Error('the sample has no fields')
  const { description: _absent, ...bare } = field
  const fields = [
    { ...field, examples: ['1.5', '<b>'] },
    { ...bare, name: 'pH', examples: ['7.4'] },
  ]
  await using pages = await pagesWith({ ...manifest, schema: { ...manifest.schema, fields } })
  const text = textOf((await pages.visit('/conventions/protein-structures')).body)
  expect(text).toMatch(/How fine the details are.* For example: 1\.5, &lt;b&gt; /)
  expect(text).toMatch(/ pH number Å yes one from 0\.3 to 20 For example: 7\.4 /)
})

test('the page of an older version shows that version and says which one is current', async () => {
  await using pages = await pagesWith(sampleManifest(), sampleManifest({ description: 'Reworded.' }))
  const newest = await pages.visit('/conventions/protein-structures')
  expect(newest.body).toContain('Reworded.')
  expect(newest.body).toContain('href="/conventions/protein-structures?version=1"')
  expect(newest.body).not.toContain('This is version')
  const old = await pages.visit('/conventions/protein-structures?version=1')
  expect(old.body).toContain('Three-dimensional structures')
  expect(old.body).not.toContain('Reworded.')
  expect(textOf(old.body)).toContain('This is version 1. The archive now uses version 2')
})

test.each([
  '/conventions/another',
  '/conventions/protein-structures?version=7',
  '/conventions/protein-structures?version=x',
  '/conventions/%00',
  '/conventions/%3Cscript%3E',
  '/conventions/..%2F..%2Fetc',
])('%s answers 404 with a page that links to all conventions', async (path) => {
  await using pages = await pagesWith(sampleManifest())
  const { status, body, headers } = await pages.visit(path)
  expect(status).toBe(404)
  expect(body).toContain('There is no such convention')
  expect(body).toContain('<a href="/conventions">all conventions</a>')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('D10 D26 markup and scripts in a convention are shown as text', async () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)> &amp; \' {{7*7}}'
  const [field] = sampleManifest().schema.fields
  const [hook] = sampleManifest().hooks
  if (!field || !hook) throw new Error('no sample')
  const { docs, schema } = sampleManifest()
  await using pages = await pagesWith(
    sampleManifest({
      title: `Evil ${evil}`,
      description: evil,
      schema: {
        ...schema,
        fields: [
          { ...field, description: evil, constraints: { type: 'number', unit: '<b>' } },
          { ...field, name: 'other', type: 'text', constraints: { type: 'text', pattern: '</code><script>' } },
        ],
      },
      hooks: [
        {
          ...hook,
          feature: {
            ...hook.feature,
            columns: [
              { name: 'x', json_type: 'string', required: true, format: '<i>', unit: '<u>', description: evil },
            ],
          },
        },
      ],
      docs: {
        ...docs,
        purpose: evil,
        example_questions: [evil, 'b', 'c'],
        examples: [{ question: evil, query: evil, interpretation: evil }],
        when_not_to_use: evil,
        see_also: [
          'javascript:alert(1)',
          'https://a"onmouseover="alert(1)',
          'https://user@evil.example/',
          'data:text/html,x',
          evil,
        ],
      },
    }),
  )
  const list = await pages.visit('/conventions')
  const slug = /href="\/conventions\/([^"]+)"/.exec(list.body.slice(list.body.indexOf('catalogue">')))?.[1]
  for (const { body, headers } of [list, await pages.visit(`/conventions/${slug}`)]) {
    expect(body).toContain('&lt;script&gt;')
    expect(body).not.toMatch(/<script|<img|<b>|<i>|<u>|href="(javascript|data|https:\/\/(user|a))/i)
    expect(body).not.toMatch(/<[^>]*\son\w+=/)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  }
})

test('the pages are the same for everyone and may be cached publicly for a minute', async () => {
  await using pages = await pagesWith(sampleManifest())
  for (const path of ['/conventions', '/conventions/protein-structures']) {
    const { headers } = await pages.visit(path)
    expect(headers.get('cache-control')).toBe('public, max-age=60')
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('x-frame-options')).toBe('DENY')
  }
})

test('other methods than GET and HEAD are refused', async () => {
  await using pages = await pagesWith()
  const answer = await pages.browse().send(`${pages.publicUrl}/conventions`, { method: 'POST' })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})
