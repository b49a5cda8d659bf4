/**
 * Finds what `JSON.parse` does not report: how deep a text nests, and whether an object repeats a key (B22, J12). It makes one pass over the tokens
 * and does not check whether the text is valid JSON. `maxKeyDepth` is the deepest level at which keys are compared; 1 is the outermost object.
 */
export function scanJson(text: string, maxKeyDepth = 1): { maxDepth: number; repeatedKey: boolean } {
  const keysAt: Set<string>[] = []
  let depth = 0
  let maxDepth = 0
  let repeatedKey = false
  // A string is one token, so that brackets inside it do not count; a colon after it makes it a key. A string without an end extends to the
  // end of the text: restarting at each quote inside it would take seconds for 64 KiB.
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

/** Removes escapes, since `"\u0061"` and `"a"` are the same key. */
function unescaped(string: string): string {
  try {
    return String(JSON.parse(string))
  } catch {
    return string // not valid JSON, which JSON.parse reports later
  }
}
