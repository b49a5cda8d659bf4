import { test } from 'vitest'
import { fuzzEveryRoute } from './fuzz/every-route.ts'

test('B18 B27 B29 B30 whatever is sent to any address, the node answers in its own words, tells no secret and does not fail', () =>
  fuzzEveryRoute(5))
