/** The frame of every page: one style sheet, no script, nothing from elsewhere. */
import { html, raw } from 'hono/html'
import { logoPath, type NodeProfile } from '../../profile/node-profile.ts'
import type { Html } from '../respond.ts'
import { iconPath } from '../site-files.ts'
import { card } from './marks.ts'
import { accentStyle, style } from './style.ts'

export const layout = ({
  title,
  content,
  nonce,
  profile: { name, logo, contact, accent },
}: {
  title: string
  content: Html
  nonce: string
  profile: NodeProfile
}): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${name}</title>
<link rel="icon" type="image/svg+xml" href="${iconPath}">
<style nonce="${nonce}">${raw(style)}${accent === null ? '' : raw(accentStyle(accent))}</style>
</head>
<body>
<header class="masthead"><a class="home" href="/">${logo === null ? card : html`<img class="logo" src="${logoPath}" alt="">`}<span>${name}</span></a></header>
<main>${content}</main>
<footer class="colophon"><nav aria-label="Pages"><a href="/conventions">Conventions</a>
<a href="/device">Enter a code</a>
<a href="/account/sessions">Your terminals</a>
${contact === null ? '' : html`<a href="${contact}" rel="noreferrer">Contact</a>`}</nav></footer>
</body>
</html>`
