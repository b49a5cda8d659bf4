/** The frame of every page: one style sheet, no script, nothing from elsewhere. */
import { html, raw } from 'hono/html'
import { iconPath } from '../icon.ts'
import type { Html } from '../respond.ts'
import { style } from './style.ts'

export const layout = ({
  title,
  content,
  nonce,
  serverName,
}: {
  title: string
  content: Html
  nonce: string
  serverName: string
}): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${serverName}</title>
<link rel="icon" type="image/svg+xml" href="${iconPath}">
<style nonce="${nonce}">${raw(style)}</style>
</head>
<body>
<header class="masthead"><a class="home" href="/">${mark}<span>${serverName}</span></a></header>
<main>${content}</main>
<footer class="colophon"><nav aria-label="Pages"><a href="/conventions">Conventions</a>
<a href="/device">Enter a code</a>
<a href="/account/sessions">Your terminals</a></nav></footer>
</body>
</html>`

/** A catalogue card with its punched hole; it says nothing that the name beside it does not. */
const mark = html`<svg class="mark" viewBox="0 0 32 26" width="32" height="26" aria-hidden="true" focusable="false">
<path d="M1.5 6.5V1.5h9l2 5" /><path d="M1.5 6.5h29v18h-29z" /><path d="M6 11.5h9M6 15h20" class="ink" />
<circle cx="16" cy="20" r="1.7" /></svg>`
