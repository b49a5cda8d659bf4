/** Makes untrusted strings safe to print in a terminal. */
export { cleanText } from '@osa/contract/text'
