/** Where a client on Node.js looks for what its program does not say. Loaded at the first call. */
import type { Surroundings } from './connection.ts'
import { resolveServer } from './resolve-server.ts'
import { defaultAuth } from './stored-credentials.ts'

export const findServer: NonNullable<Surroundings['findServer']> = ({ allowHttp }) => resolveServer({ allowHttp })

export const findAuth: NonNullable<Surroundings['findAuth']> = async ({ fetch }) => defaultAuth({ fetch })
