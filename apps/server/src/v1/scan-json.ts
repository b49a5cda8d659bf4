/** What `JSON.parse` does not tell: how deep a text nests, and whether an object names a key twice (B22, J12). */

/**
 * One pass over the tokens. The text need not be valid JSON; what it is, `JSON.parse` decides. `maxKeyDepth` says down to which level
 * keys are compared: 1 is the outermost object alone.
 */
export function scanJson(text: string, maxKeyDepth = 1): { maxDepth: number; repeatedKey: boolean } {
  const keysAt: Set<string>[] = []
  let depth = 0
  let maxDepth = 0
  let repeatedKey = false
  // Strings as a whole, so that brackets inside them do not count; a colon behind one makes it a key. One without an end takes the rest
  // with it: searched again from each quote inside it, 64 KiB would take seconds.
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*"?)(\s*:)?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') {
      maxDepth = Math.max(maxDepth, ++depth)
      if (depth <= maxKeyDepth) keysAt[depth] = new Set()
    } else if (token === '}' || token === ']') depth--
    else if (depth <= maxKeyDepth && colon !== undefined && string !== undefined) {
      const keys = keysAt[depth]
      const key = unescaped(string)
      repeatedKey ||= keys?.has(key) ?? false
      keys?.add(key)
    }
  }
  return { maxDepth, repeatedKey }
}

/** `"\u0061"` and `"a"` are the same key. */
function unescaped(string: string): string {
  try {
    return String(JSON.parse(string))
  } catch {
    return string // not valid JSON, which the caller will find out
  }
}
