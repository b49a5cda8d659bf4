import { test } from 'vitest'
import { fuzzEveryRoute } from './fuzz/every-route.ts'

const seconds = Number(process.env.FUZZ_SECONDS ?? 30)

test(`B18 B27 B29 B30 whatever is sent to any address for ${seconds} s, the node answers in its own words, tells no secret and does not fail`, () =>
  fuzzEveryRoute(seconds))
