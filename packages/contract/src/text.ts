/**
 * Makes untrusted text safe to show in pages and terminals. Names in every script are left unchanged; characters that move a cursor, reorder
 * text, are invisible, or stack over neighbouring lines are removed (CVE-2021-42574, UTS #39).
 */

/** Scripts that use U+200C and U+200D inside words (RFC 5892, appendices A.1 and A.2). In other scripts these joiners are only invisible. */
const joiningScripts = [
  ...[
    'Arabic',
    'Syriac',
    'Mongolian',
    'Nko',
    'Mandaic',
    'Devanagari',
    'Bengali',
    'Gurmukhi',
    'Gujarati',
    'Oriya',
    'Tamil',
  ],
  ...['Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese'],
]
const joining = joiningScripts.map((script) => String.raw`\p{Script_Extensions=${script}}`).join('')

/** Invisible characters that are part of a word or an emoji. */
const kept = [
  String.raw`(?<=[${joining}])[\u200C\u200D](?=[${joining}])`,
  // also at the end of a word, after a virama, the sign that removes a vowel
  String.raw`(?<=[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA])[\u200C\u200D]`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  // variation selectors, which choose the glyph of the preceding character
  String.raw`(?<=[^\p{White_Space}\p{Control}\p{Default_Ignorable_Code_Point}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180B-\u180D\u180F]`,
  // the letters of a flag such as Scotland's
  String.raw`(?<=\u{1F3F4}[\u{E0020}-\u{E007E}]{0,6})[\u{E0020}-\u{E007F}]`,
].join('|')

const unsafe = String.raw`[\p{Control}\p{Surrogate}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]`

/** Most marks on one letter: no script stacks more, and a hundred of them would cover neighbouring lines. */
const maxMarks = 4

const plain = /^[ -~]*$/
/** Compiled for the first text that is not plain ASCII, because compiling them takes milliseconds. */
let patterns: { readonly keptOrUnsafe: RegExp; readonly piledMarks: RegExp } | null = null

function patternsOnce() {
  patterns ??= {
    keptOrUnsafe: new RegExp(`(${kept})|${unsafe}`, 'gu'),
    piledMarks: new RegExp(String.raw`([\p{Mn}\p{Me}]{${maxMarks}})[\p{Mn}\p{Me}]+`, 'gu'),
  }
  return patterns
}

/** Returns `text` made safe to show, cut to `maxCharacters` code points with a final `…`. The caller still has to escape it for HTML. */
export function cleanText(text: string, maxCharacters = 200): string {
  // bounds the work on huge input, with more room than any name needs
  const start = text.slice(0, maxCharacters * 8)
  const characters = [...(plain.test(start) ? start : visible(start))]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : characters.join('')
}

function visible(text: string): string {
  const { keptOrUnsafe, piledMarks } = patternsOnce()
  return text.replace(keptOrUnsafe, (_all, keep: string | undefined) => keep ?? '').replace(piledMarks, '$1')
}
