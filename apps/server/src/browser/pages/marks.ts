/** The drawings on the pages. Each only repeats the words beside it, so all are hidden from screen readers. */
import { html } from 'hono/html'
import type { Html } from '../respond.ts'

const drawing = (content: Html, className = 'mark'): Html =>
  html`<svg class="${className}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${content}</svg>`

/** For the Approve button and the page that follows it. */
export const check = drawing(html`<path d="M4.5 12.5l5 5 10-11"/>`)
/** For the Deny button and the page that follows it. */
export const cross = drawing(html`<path d="M6 6l12 12M18 6L6 18"/>`)

/** A catalogue card with its punched hole. */
export const card = html`<svg class="mark card" viewBox="0 0 32 26" width="32" height="26" aria-hidden="true" focusable="false">
<path d="M1.5 6.5V1.5h9l2 5"/><path d="M1.5 6.5h29v18h-29z"/><path d="M6 11.5h9M6 15h20" class="ink"/><circle cx="16" cy="20" r="1.7"/></svg>`

/**
 * ORCID's iD icon, unchanged: ORCID's rules allow no other colour or shape and no size below 16 pixels, and ask for it beside every iD
 * (https://info.orcid.org/brand-guidelines/).
 */
export const orcidMark = html`<svg class="orcid" viewBox="0 0 256 256" width="24" height="24" aria-hidden="true" focusable="false"><path fill="#A6CE39"
d="M256,128c0,70.7-57.3,128-128,128C57.3,256,0,198.7,0,128C0,57.3,57.3,0,128,0C198.7,0,256,57.3,256,128z"/><path fill="#FFF"
d="M86.3,186.2H70.9V79.1h15.4v48.4V186.2z"/><path fill="#FFF"
d="M108.9,79.1h41.6c39.6,0,57,28.3,57,53.6c0,27.5-21.5,53.6-56.8,53.6h-41.8V79.1z M124.3,172.4h24.5c34.9,0,42.9-26.5,42.9-39.7c0-21.5-13.7-39.7-43.7-39.7h-23.7V172.4z"/><path
fill="#FFF" d="M88.7,56.8c0,5.5-4.5,10.1-10.1,10.1c-5.6,0-10.1-4.6-10.1-10.1c0-5.6,4.5-10.1,10.1-10.1C84.2,46.7,88.7,51.3,88.7,56.8z"/></svg>`
