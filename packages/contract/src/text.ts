/**
 * The one rule for text from outside that people will read, in pages and in terminals: a name in any script stays as its owner writes it, and
 * nothing is left that moves a cursor, reorders what is read, hides, or piles up (CVE-2021-42574, UTS #39).
 */

/** Scripts that are written with U+200C and U+200D inside words (RFC 5892, appendices A.1 and A.2). In others the joiners only hide. */
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
  // at the end of a word too, after the sign that takes a vowel away
  String.raw`(?<=[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA])[\u200C\u200D]`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  // which glyph of the character before is meant
  String.raw`(?<=[^\p{White_Space}\p{Control}\p{Default_Ignorable_Code_Point}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180B-\u180D\u180F]`,
  // the letters of a flag such as Scotland's
  String.raw`(?<=\u{1F3F4}[\u{E0020}-\u{E007E}]{0,6})[\u{E0020}-\u{E007F}]`,
].join('|')

const unsafe = String.raw`[\p{Control}\p{Surrogate}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]`

/** Marks on one letter: no script stacks more, and a hundred of them cover the lines around. */
const maxMarks = 4

const plain = /^[ -~]*$/
/** Made at the first text that is not plain ASCII: their tables take milliseconds. */
let patterns: { readonly keptOrUnsafe: RegExp; readonly piledMarks: RegExp } | null = null

function patternsOnce() {
  patterns ??= {
    keptOrUnsafe: new RegExp(`(${kept})|${unsafe}`, 'gu'),
    piledMarks: new RegExp(String.raw`([\p{Mn}\p{Me}]{${maxMarks}})[\p{Mn}\p{Me}]+`, 'gu'),
  }
  return patterns
}

/** `text` made fit to be shown, at most `maxCharacters` code points long, with `…` where it was cut. Still to be escaped in HTML. */
export function cleanText(text: string, maxCharacters = 200): string {
  // more than any name needs, and a bound on what is looked at
  const start = text.slice(0, maxCharacters * 8)
  const characters = [...(plain.test(start) ? start : visible(start))]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : characters.join('')
}

function visible(text: string): string {
  const { keptOrUnsafe, piledMarks } = patternsOnce()
  return text.replace(keptOrUnsafe, (_all, keep: string | undefined) => keep ?? '').replace(piledMarks, '$1')
}
