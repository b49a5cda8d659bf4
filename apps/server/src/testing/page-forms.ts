/** Reads the forms of a page with a parser that is sufficient for our own pages. */

export interface PageForm {
  readonly action: string
  readonly fields: readonly { name: string; value: string; checked: boolean; attributes: string }[]
  /** In the order of the page; `text` is the visible text. */
  readonly buttons: readonly { text: string; name: string; value: string; attributes: string }[]
}

export const readForms = (body: string): PageForm[] =>
  [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', content = '']) => ({
    action: attribute(attributes, 'action'),
    fields: [...content.matchAll(/<input\b([^>]*)>/gs)].map(([, input = '']) => ({
      name: attribute(input, 'name'),
      value: attribute(input, 'value'),
      checked: attribute(input, 'type') !== 'checkbox',
      attributes: input,
    })),
    buttons: [...content.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(([, button = '', text = '']) => ({
      text: decode(text.replace(/<[^>]*>/g, ''))
        .replace(/\s+/g, ' ')
        .trim(),
      name: attribute(button, 'name'),
      value: attribute(button, 'value'),
      attributes: button,
    })),
  }))

const attribute = (attributes: string, name: string): string =>
  decode(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Decodes the HTML entities of a text. */
export const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name] ?? '')
