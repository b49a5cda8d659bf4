/** The frame of every page: one style sheet, no script, nothing from elsewhere. */
import { html, raw } from 'hono/html'
import { iconPath } from '../icon.ts'
import type { Html } from '../respond.ts'
import { card } from './marks.ts'
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
<header class="masthead"><a class="home" href="/">${card}<span>${serverName}</span></a></header>
<main>${content}</main>
<footer class="colophon"><nav aria-label="Pages"><a href="/conventions">Conventions</a>
<a href="/device">Enter a code</a>
<a href="/account/sessions">Your terminals</a></nav></footer>
</body>
</html>`
