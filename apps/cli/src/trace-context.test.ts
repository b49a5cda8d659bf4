import { expect, test } from 'vitest'
import { traceHeaders } from './trace-context.ts'

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a valid trace from the environment is sent, an invalid one is not', () => {
  expect(traceHeaders({ TRACEPARENT: parent })).toEqual({ traceparent: parent })
  expect(traceHeaders({ TRACEPARENT: parent, TRACESTATE: 'a=1' })).toEqual({ traceparent: parent, tracestate: 'a=1' })
  for (const TRACEPARENT of ['', 'nonsense', `${parent}\r\nX: 1`, parent.toUpperCase()]) {
    expect(traceHeaders({ TRACEPARENT, TRACESTATE: 'a=1' })).toEqual({})
  }
  expect(traceHeaders({ TRACEPARENT: parent, TRACESTATE: 'a=1\r\nX: 1' })).toEqual({ traceparent: parent })
})
