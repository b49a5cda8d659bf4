import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader } from './event-stream.ts'

const text =
  'event: connected\ndata: {}\n\n\n\ndata: {"json":{"status":"decided"}}\r\n\r\n: a comment\nid: 7\ndata:two\rdata: lines\r\rdata\n\nevent: ping\n\ndata: last\n\nhalf'
const events = [
  { name: 'connected', data: '{}' },
  { name: '', data: '{"json":{"status":"decided"}}' },
  { name: '', data: 'two\nlines' },
  { name: '', data: '' },
  { name: '', data: 'last' },
]

test('events are read whole, with each kind of line end, however the text is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }), (lengths) => {
      const read = createEventReader()
      const found = []
      let at = 0
      for (const length of [...lengths, text.length]) {
        found.push(...read(text.slice(at, at + length)))
        at += length
      }
      expect(found).toEqual(events)
    }),
  )
})
