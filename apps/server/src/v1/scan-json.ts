/** What `JSON.parse` does not tell: how deep a text nests, and whether its outermost object names a key twice (B22, J12). */

/** One pass over the tokens. The text need not be valid JSON; what it is, `JSON.parse` decides. */
export const scanJson = (text: string): { maxDepth: number; repeatedKey: boolean } => {
  const keys = new Set<string>()
  let depth = 0
  let maxDepth = 0
  let repeatedKey = false
  // strings as a whole, so that brackets inside them do not count; a colon behind one makes it a key
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') maxDepth = Math.max(maxDepth, ++depth)
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && colon !== undefined && string !== undefined) {
      const key = unescaped(string)
      repeatedKey ||= keys.has(key)
      keys.add(key)
    }
  }
  return { maxDepth, repeatedKey }
}

/** `"\u0061"` and `"a"` are the same key. */
const unescaped = (string: string): string => {
  try {
    return String(JSON.parse(string))
  } catch {
    return string // not valid JSON, which the caller will find out
  }
}
