/** Tables in Markdown. */

/** A table under a heading, with a sentence about what it shows. */
export interface Table {
  readonly title: string
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function markdown({ title, note, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const ruler = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [`### ${title}`, '', note, '', line(head), line(ruler), ...rows.map(line), ''].join('\n')
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
export const milliseconds = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value))
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`
export const percent = (share: number): string => `${Math.round(share * 100)} %`
