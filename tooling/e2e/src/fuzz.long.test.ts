import { test } from 'vitest'
import { fuzzEveryRoute } from './fuzz/every-route.ts'

const seconds = Number(process.env.FUZZ_SECONDS ?? 30)

test(`B18 B27 B29 B30 for ${seconds} s of generated requests to every route, the node answers properly, reveals no secret and does not fail`, () =>
  fuzzEveryRoute(seconds))
