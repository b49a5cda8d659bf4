/**
 * A script on a developer's machine. It uses the folder's link and the login saved by `osa login`, so there is nothing to configure.
 *
 *     node developer-machine.ts
 */
import { createOsaClient, isOsaError } from '@osa/sdk'

const osa = createOsaClient()
try {
  // calls made at the same time are sent in one request
  const [me, conventions] = await Promise.all([osa.me.query(), osa.conventions.list.query()])
  console.log(`${me.display_name ?? me.external_id} on ${await osa.$server()}`)
  for (const { slug, title } of conventions) console.log(`${slug}  ${title}`)
} catch (error) {
  if (isOsaError(error, 'not_authenticated', 'session_ended')) {
    console.error('Please run: osa login')
    process.exitCode = 4
  } else if (isOsaError(error, 'no_server')) {
    console.error('Please run: osa link <url>')
    process.exitCode = 3
  } else {
    throw error
  }
}
