/** Renders terminal output as an SVG: text, colours, bold, and overwritten lines. */

interface Cell {
  readonly character: string
  readonly style: string
}

// CSI … letter, OSC … BEL or ST, or any one character (ECMA-48 §5.4, §8.3.89)
const token = /\u001b\[([0-9;?]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|([\s\S])/gu

const colours: Readonly<Record<string, string>> = {
  30: '#1c2128',
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
  37: '#e6edf3',
  90: '#8b949e',
}

/** Returns colour and weight after a Select Graphic Rendition sequence. */
function styled({ colour, bold, dim }: { colour: string; bold: boolean; dim: boolean }, codes: string) {
  let next = { colour, bold, dim }
  for (const code of codes === '' ? ['0'] : codes.split(';')) {
    if (code === '0') next = { colour: '', bold: false, dim: false }
    else if (code === '1') next.bold = true
    else if (code === '2') next.dim = true
    else if (code === '22') next = { ...next, bold: false, dim: false }
    else if (code === '39') next.colour = ''
    else if (code in colours) next.colour = colours[code] ?? ''
  }
  return next
}

/** Returns the lines on the screen after all of `output`. */
function linesOf(output: string): Cell[][] {
  const lines: Cell[][] = [[]]
  let column = 0
  let style = { colour: '', bold: false, dim: false }
  for (const [, codes = '', command, character] of output.matchAll(token)) {
    const line = lines.at(-1) ?? []
    if (command === 'm') style = styled(style, codes)
    else if (command === 'K') line.length = column
    else if (character === '\r') column = 0
    else if (character === '\n') lines.push([])
    else if (character !== undefined) {
      const classes = `${style.colour && `fill="${style.colour}"`}${style.bold ? ' font-weight="bold"' : ''}${style.dim ? ' opacity="0.7"' : ''}`
      line[column] = { character, style: classes.trim() }
      column += 1
    }
    if (character === '\n') column = 0
  }
  return lines
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0')

function spans(line: readonly Cell[]): string {
  const runs: { style: string; text: string }[] = []
  for (const { style, character } of line) {
    const last = runs.at(-1)
    if (last?.style === style) last.text += character
    else runs.push({ style, text: character })
  }
  return runs.map(({ style, text }) => (style ? `<tspan ${style}>${escaped(text)}</tspan>` : escaped(text))).join('')
}

const [fontSize, lineHeight, characterWidth, padding] = [14, 20, 8.43, 16]

/** Draws the screen after `output`, as wide as its longest line. `title` is the accessible name. */
export function terminalPicture(output: string, title: string): string {
  const lines = linesOf(output.trimEnd())
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * characterWidth) + 2 * padding
  const height = lines.length * lineHeight + 2 * padding
  const rows = lines.map(
    (line, index) => `<text x="${padding}" y="${padding + (index + 0.75) * lineHeight}">${spans(line)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}" fill="#e6edf3">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.filter((row) => !row.endsWith('"></text>')).join('\n')}
</svg>
`
}
