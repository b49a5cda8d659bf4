import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { qrCodeLines } from './qr-code.ts'

const url = 'https://archive.example.org/device?user_code=BCDF-GHJK'

/** The modules that a camera sees: true for dark. A line has two rows of modules, and ink is dark. */
const modulesOf = (lines: readonly string[]): boolean[][] =>
  lines.flatMap((line) => [
    [...line].map((block) => '█▀'.includes(block)),
    [...line].map((block) => '█▄'.includes(block)),
  ])

test('the dark modules of the code are ink, the light ones and the border are not', async () => {
  const lines = await qrCodeLines(url)
  const { data, size } = encode(url, { border: 2 })
  const seen = modulesOf(lines)
  expect(seen.slice(0, size)).toEqual(data)
  expect(seen[0]).toEqual(Array(size).fill(false))
  expect(lines.every((line) => line.length === size)).toBe(true)
})

test('the code for an address of usual length fits 45 columns and 28 rows', async () => {
  const lines = await qrCodeLines(url)
  expect(lines[0]?.length).toBeLessThanOrEqual(45)
  expect(lines.length).toBeLessThanOrEqual(28)
})
