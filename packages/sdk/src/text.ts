/** Strings from outside that are to be shown in a terminal. */
export { cleanText } from '@osa/contract/text'
