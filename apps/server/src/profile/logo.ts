/**
 * Checks a node's logo: a static SVG drawing without scripts or external references. Pages show it as an image, where browsers run no
 * scripts, and it is served under a policy that forbids them; this check refuses such files at startup.
 */

const maxLogoBytes = 32 * 1024
const maxElements = 2_000

const elements = new Set(
  `svg g defs title desc symbol use path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop
clipPath mask pattern style`.split(/\s+/),
)

const comment = /<!--(?:(?!--)[\s\S])*-->/y
const tag = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const text = /[^<]+/y
const attribute = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Returns what is wrong with the text of a logo, or null if it is accepted. */
export function checkLogo(logo: string): string | null {
  if (Buffer.byteLength(logo) > maxLogoBytes) return `must have at most ${maxLogoBytes / 1024} KiB`
  const document = logo.replace(/^\uFEFF?\s*(?:<\?xml [^?<>]*\?>)?\s*/, '').trimEnd()
  if (/<[!?](?!--)/.test(document)) return 'must be plain SVG, without a document type, entities, CDATA or instructions'
  return checkMarkup(document)
}

function checkMarkup(document: string): string | null {
  const open: string[] = []
  let count = 0
  let rooted = false
  for (let at = 0; at < document.length; ) {
    const found = matchAt(comment, document, at) ?? matchAt(tag, document, at) ?? matchAt(text, document, at)
    if (!found) return `is not well-formed XML at character ${at + 1}`
    at += found[0].length
    const [whole, closing, name, attributes = '', empty] = found
    if (name === undefined) {
      const problem = whole.startsWith('<!--') ? null : checkText(whole, open)
      if (problem) return problem
    } else if (closing === '/') {
      if (open.pop() !== name) return `closes <${name}> where it is not open`
    } else {
      if (open.length === 0 && (rooted || name !== 'svg'))
        return 'must have a single <svg> element that contains everything else'
      if (++count > maxElements) return `must have at most ${maxElements} elements`
      const problem = checkElement(name, attributes) ?? (rooted ? null : checkRoot(attributes))
      if (problem) return problem
      rooted = true
      if (empty !== '/') open.push(name)
    }
  }
  return open.length > 0 || !rooted ? 'is not a complete SVG document' : null
}

function matchAt(pattern: RegExp, document: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(document)
}

function checkText(content: string, open: readonly string[]): string | null {
  if (open.length === 0)
    return content.trim() === '' ? null : 'must have a single <svg> element that contains everything else'
  if (hasOddReference(content)) return 'must not have character references other than &amp; &lt; &gt; &quot; &apos;'
  return open.at(-1) === 'style' ? checkStyle(content) : null
}

/** Other character references could hide a word that these checks look for. */
const hasOddReference = (content: string): boolean => /&(?!(?:amp|lt|gt|quot|apos);)/.test(content)

/** Styles may refer to parts of the drawing, but must not load anything. */
function checkStyle(style: string): string | null {
  if (/[@\\]|\/\*/.test(style)) return 'must not have @ rules, escapes or comments in its styles'
  return /(?:url|image|image-set|src|element)\s*\(\s*(?!["']?#)/i.test(style)
    ? 'must not load anything from its styles'
    : null
}

function checkElement(name: string, attributes: string): string | null {
  if (!elements.has(name))
    return `must not have <${name}>; an optimised or "plain" SVG has only shapes, text and gradients`
  for (const [, attributeName = '', double, single] of attributes.matchAll(attribute)) {
    const problem = checkAttribute(attributeName, double ?? single ?? '')
    if (problem) return `${problem} (${attributeName} of <${name}>)`
  }
  return null
}

function checkAttribute(name: string, value: string): string | null {
  const local = name.toLowerCase().replace(/^.*:/, '')
  if (hasOddReference(value)) return 'must not have character references other than &amp; &lt; &gt; &quot; &apos;'
  if (name === 'xmlns' || name.startsWith('xmlns:')) return null
  if (local.startsWith('on')) return 'must not have scripts'
  if (local === 'href') return /^#[\w.-]+$/.test(value) ? null : 'must not refer to anything outside the file'
  if (local === 'base' || local === 'src') return 'must not refer to anything outside the file'
  return checkStyle(value)
}

function checkRoot(attributes: string): string | null {
  const found = new Map([...attributes.matchAll(attribute)].map(([, name, double, single]) => [name, double ?? single]))
  if (found.get('xmlns') !== 'http://www.w3.org/2000/svg') return 'must be SVG: xmlns="http://www.w3.org/2000/svg"'
  return /^\s*-?[\d.]+(?:[\s,]+-?[\d.]+){3}\s*$/.test(found.get('viewBox') ?? '')
    ? null
    : 'must have a viewBox, so that it can be shown at any size'
}
