import { test } from 'vitest'
import { fuzzEveryRoute } from './fuzz/every-route.ts'

test('B18 B27 B29 B30 for generated requests to every route, the node answers properly, reveals no secret and does not fail', () =>
  fuzzEveryRoute(5))
