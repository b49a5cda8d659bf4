/** RFC 8628 §5.4: a stranger starts a sign-in and sends its link, which contains the code, to people who click everything. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, sharedChromium } from './chromium.ts'
import { startNode } from './node-process.ts'
import { clickEverything, startElsewhere } from './phisher.ts'
import { temporaryFolder } from './temporary-folder.ts'

const atOnce = 4

/** By default one victim for each kind of link. `OSA_TEST_VICTIMS=100` repeats the run described in security.md. */
const many = Number(process.env.OSA_TEST_VICTIMS ?? 5)

let chromium: Chromium
beforeAll(async () => {
  chromium = await sharedChromium()
})
afterAll(() => chromium.close())

test.each([
  { policy: 'allow', victims: 1, tokens: 1 },
  { policy: 'typed', victims: many, tokens: 0 },
  { policy: 'never', victims: many, tokens: 0 },
  // half of the phishers are in one of these networks
  { policy: 'networks:127.0.0.3/32,127.0.0.64/26', victims: Math.ceil(many / 2), tokens: 0 },
])(
  'with $policy, $tokens of $victims victims who click everything on every page let a stranger in',
  async ({ policy, victims, tokens }) => {
    await using folder = await temporaryFolder()
    await using node = await startNode({ OSA_DATA_DIR: join(folder.path, 'data'), OSA_REMOTE_APPROVAL: policy })
    let collected = 0
    const strayed: string[][] = []
    const attack = async (first: number): Promise<void> => {
      for (let victim = first; victim < victims; victim += atOnce) {
        const phisher = await startElsewhere(node.url, `127.0.0.${2 + victim}`)
        // each victim gets one of the links, and the plain one if that leads nowhere
        const links = [phisher.links[victim % phisher.links.length] ?? '', phisher.links[0] ?? '']
        const seen = await clickEverything(chromium, links)
        if (!seen.has('/device/confirm')) strayed.push([...seen])
        if (await phisher.poll()) collected++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, (_, first) => attack(first)))
    expect(strayed, 'victims who did not reach the decision page').toEqual([])
    expect(collected).toBe(tokens)
    console.info(`${policy}: ${victims} victims, ${collected} tokens`)
  },
)
