/** A plugin of TypeDoc: a document is called what its first heading says, not after its file. Plain JavaScript, for TypeDoc imports it as it is. */
import { Converter } from 'typedoc'

/** @param {import('typedoc').Application} app */
export const load = (app) => {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const document of project.documents ?? []) {
      const text = document.content.map((part) => part.text).join('')
      document.name = /^# (.+)$/m.exec(text)?.[1] ?? document.name
    }
  })
}
