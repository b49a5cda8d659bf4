/** Plain-text tables for the terminal. */
import { storedText } from '@osa/core'

const maxCellLength = 120

/** Returns a cell without control characters, since its text may come from a client. */
export const shownCell = (cell: string | null): string => storedText(cell, maxCellLength) ?? '-'

/** Formats a table whose columns are as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(shownCell))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map(trimmed)
    .join('')
}

const trimmed = (line: string): string => `${line.trimEnd()}\n`

/** Formats an instant in UTC, to the second. */
export const timestamp = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`
