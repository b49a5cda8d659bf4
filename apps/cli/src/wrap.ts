/** Breaks texts at their spaces, for terminals of any width. */

/** The lines of a text, each of `width` columns at most; a longer word has a line of its own. `ending`: what every line but the last ends with. */
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

/** The same, as one text with a margin before every line but the first. */
export const hanging = (text: string, width: number, margin: string, ending = ''): string =>
  wrapped(text, width - margin.length, ending).join(`\n${margin}`)
