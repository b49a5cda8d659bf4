/** Wraps texts at their spaces, for terminals of any width. */

/** Wraps a text to lines of at most `width` columns; a longer word gets a line to itself. `ending` is added to every line but the last. */
export function wrapped(text: string, width: number, ending = ''): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    const longer = `${line} ${word}`
    if (line !== undefined && longer.length <= width - ending.length) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line}${ending}` : line))
}

/** Wraps a text and puts a margin before every line but the first. */
export const hanging = (text: string, width: number, margin: string, ending = ''): string =>
  wrapped(text, width - margin.length, ending).join(`\n${margin}`)
