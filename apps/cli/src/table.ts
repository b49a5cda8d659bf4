/** Prints tables: in columns if the terminal is wide enough, otherwise as one block for each row. */
import type { ResultLines } from './io.ts'
import type { Mark } from './marks.ts'

export interface Row {
  mark: Mark | null
  cells: readonly string[]
}

const gap = 3
const margin = 3

/** Prints rows under their headings. On a narrow terminal each row is a block: the mark and the first cell, then the other cells with their headings. */
export function printTable(result: ResultLines, headings: readonly string[], rows: readonly Row[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map(({ cells }) => (cells[column] ?? '').length)),
  )
  const isWide = widths.reduce((sum, width) => sum + width + gap, margin) - gap <= result.columns
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + gap))
      .join('')
      .trimEnd()
  const labelled = headings.slice(1)
  const labelWidth = Math.max(...labelled.map((heading) => heading.length)) + 2
  const labels = labelled.map((heading) => heading.padEnd(labelWidth))
  if (isWide) result.row(null, line(headings))
  for (const { mark, cells } of rows) {
    if (isWide) {
      result.row(mark, line(cells))
      continue
    }
    const [first = '', ...others] = cells
    result.row(mark, first)
    for (const [column, cell] of others.entries()) {
      if (cell !== '') result.row(null, `  ${labels[column]}${cell}`)
    }
  }
}
