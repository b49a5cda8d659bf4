/** Generates bodies and queries in each encoding that a node reads, valid or nearly valid. */
import * as fc from 'fast-check'
import { manifestText } from './conventions.ts'
import { caps, fields, type LiveValues } from './fields.ts'
import type { FuzzedRoute } from './routes.ts'

/** Escapes a value. Lone surrogates, at which `encodeURIComponent` throws, are replaced. */
export const escaped = (value: string) => encodeURIComponent(value.toWellFormed())
export const formText = (pairs: [string, string][], raw: boolean) =>
  pairs.map(([name, value]) => (raw ? `${name}=${value}` : `${escaped(name)}=${escaped(value)}`)).join('&')

const jsonText = (live: LiveValues): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fields(live).map((pairs) => JSON.stringify(Object.fromEntries(pairs))) },
    // with repeated keys and prototype keys, which an object cannot represent
    { weight: 3, arbitrary: fields(live).map((pairs) => `{${pairs.map(jsonPair).join(',')}}`) },
    { weight: 2, arbitrary: fc.tuple(fields(live), fc.jsonValue()).map(([pairs, odd]) => mixed(pairs, odd)) },
    { weight: 1, arbitrary: fc.json({ noUnicodeString: false } as object) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(10, 32, 33, 1_000, 20_000).map((deep) => '['.repeat(deep) + ']'.repeat(deep)),
    },
    { weight: 1, arbitrary: fc.constantFrom(40, 10_000).map((deep) => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', 'null', '"', '{"a":1,}', '\ufeff{}', '{"__proto__":{"error":1}}'),
    },
  )
const jsonPair = ([name, value]: [string, string]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`
const mixed = (pairs: [string, string][], odd: unknown) =>
  JSON.stringify(Object.fromEntries(pairs.map(([name, value], at) => [name, at % 2 === 0 ? odd : value])))

/** JSON as wrapped by superjson, with and without annotations. */
export const trpcText = (live: LiveValues): fc.Arbitrary<string> =>
  fc
    .tuple(jsonText(live), fc.constantFrom('', ...superjsonNotes), fc.constantFrom('', '', '0', '10'))
    .map(([json, meta, batched]) => {
      const wrapped = `{"json":${json === '' ? 'null' : json}${meta === '' ? '' : `,"meta":${meta}`}}`
      return batched === '' ? wrapped : `{"${batched}":${wrapped},"__proto__":${wrapped}}`
    })
const superjsonNotes = [
  '{"values":{"device_code":["Date"]}}',
  '{"values":{"__proto__.x":["undefined"]}}',
  '{"values":{"device_code":["regexp"]}}',
  '{"values":{"a.b.c":[["custom","x"]]}}',
  '{"values":["map"]}',
  '{"values":{"device_code":["bigint"]}}',
  '{"referentialEqualities":{"constructor.prototype":["x"]}}',
  'null',
  '7',
]

/** A single manifest for v1, or several for tRPC. */
const manifests = (route: FuzzedRoute): fc.Arbitrary<string> =>
  route.speaks === 'trpc'
    ? fc
        .array(manifestText(), { minLength: 1, maxLength: 3 })
        .map((texts) => `{"json":{"conventions":[${texts.join(',')}]}}`)
    : manifestText()

const bytesOf = (value: string) => new TextEncoder().encode(value)
/** Generates a body for a route, mostly in the encoding that it expects. */
export function body(route: FuzzedRoute, live: LiveValues): fc.Arbitrary<Uint8Array> {
  const form = fc.tuple(fields(live), fc.boolean()).map(([pairs, raw]) => bytesOf(formText(pairs, raw)))
  const json = jsonText(live).map(bytesOf)
  const trpc = trpcText(live).map(bytesOf)
  const wanted = { form, json, trpc, query: form }[route.speaks]
  const conventions = route.path.includes('conventions')
    ? [{ weight: 16, arbitrary: manifests(route).map(bytesOf) }]
    : []
  return fc.oneof(
    ...conventions,
    { weight: 8, arbitrary: wanted },
    { weight: 1, arbitrary: fc.oneof(form, json, trpc) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.constantFrom(...caps).map((length) => new Uint8Array(length).fill(0x61)) },
  )
}
