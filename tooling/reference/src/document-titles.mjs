/** TypeDoc plugin that names documents after their first heading rather than their file. Plain JavaScript, because TypeDoc imports it directly. */
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
