/** A plain table for a terminal. */
import { storedText } from '@osa/core'

const maxCellLength = 120

/** A cell without control characters, since it may hold text from outside. */
export const shownCell = (cell: string | null): string => storedText(cell, maxCellLength) ?? '-'

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(shownCell))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map(trimmed)
    .join('')
}

const trimmed = (line: string): string => `${line.trimEnd()}\n`

/** An instant to the second, in UTC. */
export const timestamp = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`
