/** Parses JSON that people edit: allows a byte order mark, and reports mistakes by line and column on every Node version. */

/** Where a text is not JSON, and what is wrong there. */
export interface JsonProblem {
  line: number
  column: number
  what: string
}

const token =
  /\s*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y

type Kind = 'value' | 'string' | '{' | '}' | '[' | ']' | ',' | ':'

/** Returns the offset of the first character that is not allowed where it is; the length of the text if it ends too early; -1 for valid JSON. */
function firstBadOffset(text: string): number {
  const open: ('{' | '[')[] = []
  let expected: Kind[] = ['value', 'string', '{', '[']
  let offset = 0
  const afterValue = (): Kind[] => (open.length === 0 ? [] : [',', open.at(-1) === '{' ? '}' : ']'])
  let isKey = false
  while (offset < text.length) {
    const start = offset + (/^\s*/.exec(text.slice(offset))?.[0].length ?? 0)
    if (start === text.length) return expected.length === 0 ? -1 : text.length
    token.lastIndex = offset
    const match = token.exec(text)
    if (!match) return text[start] === '"' && !/["\n]/.test(text.slice(start + 1)) ? text.length : start
    const kind: Kind = match[1] !== undefined ? 'string' : match[2] !== undefined ? 'value' : (match[3] as Kind)
    if (!expected.includes(kind)) return start
    offset = token.lastIndex
    if (kind === '{' || kind === '[') {
      open.push(kind)
      isKey = kind === '{'
      expected = kind === '{' ? ['string', '}'] : ['value', 'string', '{', '[', ']']
    } else if (kind === '}' || kind === ']') {
      open.pop()
      expected = afterValue()
    } else if (kind === ',') {
      isKey = open.at(-1) === '{'
      expected = isKey ? ['string'] : ['value', 'string', '{', '[']
    } else if (kind === ':') {
      isKey = false
      expected = ['value', 'string', '{', '[']
    } else {
      expected = isKey ? [':'] : afterValue()
    }
  }
  return expected.length === 0 ? -1 : text.length
}

function problemAt(text: string, offset: number): JsonProblem {
  const before = text.slice(0, offset).split('\n')
  const character = [...text.slice(offset, offset + 2)][0]
  const what = character === undefined ? 'unexpected end of file' : `unexpected ${JSON.stringify(character)}`
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    what: character === '"' ? 'unexpected string' : what,
  }
}

/** Parses JSON, ignoring a byte order mark at the start. */
export function parseJsonText(text: string): { value: unknown } | { problem: JsonProblem } {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    return { value: JSON.parse(body) }
  } catch {
    // The message differs between Node versions, so the position is determined here.
    return { problem: problemAt(body, Math.max(0, firstBadOffset(body))) }
  }
}

/** Formats a problem as `line 2, column 13: unexpected "}"`. */
export const describeJsonProblem = ({ line, column, what }: JsonProblem): string =>
  `line ${line}, column ${column}: ${what}`
