/** The shape of a page that only says what happened, why, and a way on. */
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Html, Page } from '../respond.ts'
import { alert } from './parts.ts'

export interface Notice {
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly what: string
  /** The way on. */
  readonly next: Html | string
}

export const noticePage = ({ status, title, what, next }: Notice): Page => ({
  title,
  status,
  content: html`<section class="sheet">
<h1>${title}</h1>
${alert(what)}
<p>${next}</p>
</section>`,
})
