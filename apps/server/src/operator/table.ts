/** A plain table for a terminal. */
import { storedText } from '@osa/core'

const maxCellLength = 120

/** Columns as wide as their widest cell; control characters are left out, since a cell may hold text from outside. */
export const table = (head: readonly string[], rows: readonly (readonly (string | null)[])[]): string => {
  const lines = [head, ...rows.map((row) => row.map((cell) => storedText(cell, maxCellLength) ?? '-'))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map(trimmed)
    .join('')
}

const trimmed = (line: string): string => `${line.trimEnd()}\n`

/** An instant to the second, in UTC. */
export const instant = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`
