/** Compares the published schemas with the answers of a node. */

import { expect, test } from 'vitest'
import * as z from 'zod'
import { createOsaClient } from './index.ts'
import { type Described, jsonSchemaOf, schemas } from './schemas.ts'
import { fakeOsaServer } from './testing/index.ts'

/** Returns a value as it is written in a file or in an answer of `/api/v1`. */
const inJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('answers of a node match their zod schema as values, and their JSON Schema as JSON', async () => {
  await using node = await fakeOsaServer()
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const [started, [session]] = await Promise.all([osa.device.start.mutate({}), osa.session.list.query()])
  const answers: Partial<Described> = {
    DeviceAuthorizationOutcome: started,
    ServerDocument: await osa.server.info.query(),
    ...(session ? { Session: session } : {}),
    Whoami: await osa.me.query(),
  }
  expect(Object.keys(answers)).toHaveLength(4)
  for (const [name, answer] of Object.entries(answers) as [keyof Described, unknown][]) {
    expect(schemas[name].parse(answer), name).toEqual(answer)
    expect(z.fromJSONSchema(jsonSchemaOf(name) as never).parse(inJson(answer)), name).toEqual(inJson(answer))
  }
})

test('both schemas refuse values that do not match', () => {
  const wrong = { error: 7, title: 7, scope: 7 }
  for (const name of Object.keys(schemas) as (keyof Described)[]) {
    expect(schemas[name].safeParse(wrong).success, name).toBe(false)
    expect(z.fromJSONSchema(jsonSchemaOf(name) as never).safeParse(wrong).success, name).toBe(false)
  }
})
