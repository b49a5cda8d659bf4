/**
 * @osa/sdk/schemas: the inputs and outputs of procedures, and the conventions that authors write, as zod schemas and as JSON Schema. They have
 * the names of the types that the main entry and `@osa/sdk/convention` export.
 */
import {
  type ConventionDetail,
  type ConventionManifest,
  type ConventionSummary,
  type ConventionsDeployInput,
  type ConventionsGetInput,
  conventionDetail,
  conventionManifest,
  conventionSource,
  conventionSummary,
  conventionsGetInput,
  type DeployOutcome,
  type DeployRefusal,
  type DeviceAuthorizationOutcome,
  type DeviceStartInput,
  type DeviceTokenInput,
  type DeviceVerifyInput,
  type DeviceWatchInput,
  type DeviceWatchOutcome,
  deployOutcome,
  deployRefusal,
  deviceAuthorizationOutcome,
  deviceStartInput,
  deviceTokenInput,
  deviceVerifyInput,
  deviceWatchInput,
  deviceWatchOutcome,
  maxConventionsInDeploy,
  me,
  type OAuthError,
  oauthError,
  type PendingDevice,
  pendingDevice,
  type RefreshOutcome,
  refreshOutcome,
  type ServerDocument,
  type Session,
  type SessionEndInput,
  type SessionRefreshInput,
  type SessionRevokeInput,
  serverDocument,
  session,
  sessionEndInput,
  sessionRefreshInput,
  sessionRevokeInput,
  type TokenOutcome,
  type TokenResponse,
  tokenOutcome,
  tokenResponse,
  type Whoami,
} from '@osa/contract'
import * as z from 'zod/mini'
import type { Convention } from './convention/convention.ts'

/** The types that have a schema, by name. */
export interface Described {
  Convention: Convention
  ConventionDetail: ConventionDetail
  ConventionManifest: ConventionManifest
  ConventionSummary: ConventionSummary
  ConventionsDeployInput: ConventionsDeployInput
  ConventionsGetInput: ConventionsGetInput
  DeployOutcome: DeployOutcome
  DeployRefusal: DeployRefusal
  DeviceAuthorizationOutcome: DeviceAuthorizationOutcome
  DeviceStartInput: DeviceStartInput
  DeviceTokenInput: DeviceTokenInput
  DeviceVerifyInput: DeviceVerifyInput
  DeviceWatchInput: DeviceWatchInput
  DeviceWatchOutcome: DeviceWatchOutcome
  OAuthError: OAuthError
  PendingDevice: PendingDevice
  RefreshOutcome: RefreshOutcome
  ServerDocument: ServerDocument
  Session: Session
  SessionEndInput: SessionEndInput
  SessionRefreshInput: SessionRefreshInput
  SessionRevokeInput: SessionRevokeInput
  TokenOutcome: TokenOutcome
  TokenResponse: TokenResponse
  Whoami: Whoami
}

/** A zod 4 schema. Use it in other zod schemas, with `parse` and `safeParse`, or anywhere that accepts a Standard Schema. */
export type Schema<Value> = z.core.$ZodType<Value> & Pick<z.ZodMiniType<Value>, 'parse' | 'safeParse' | '~standard'>

/**
 * The zod schemas, by type name. Schemas of documents from a node ignore unknown keys, since a newer node may add some. Schemas of conventions
 * reject unknown keys and fill in defaults.
 *
 * ```ts
 * schemas.Whoami.parse(JSON.parse(text)).display_name
 * ```
 */
export const schemas: { readonly [Name in keyof Described]: Schema<Described[Name]> } = {
  Convention: conventionSource,
  ConventionDetail: conventionDetail,
  ConventionManifest: conventionManifest,
  ConventionSummary: conventionSummary,
  ConventionsDeployInput: z.object({
    conventions: z.array(conventionManifest).check(z.maxLength(maxConventionsInDeploy)),
  }),
  ConventionsGetInput: conventionsGetInput,
  DeployOutcome: deployOutcome,
  DeployRefusal: deployRefusal,
  DeviceAuthorizationOutcome: deviceAuthorizationOutcome,
  DeviceStartInput: deviceStartInput,
  DeviceTokenInput: deviceTokenInput,
  DeviceVerifyInput: deviceVerifyInput,
  DeviceWatchInput: deviceWatchInput,
  DeviceWatchOutcome: deviceWatchOutcome,
  OAuthError: oauthError,
  PendingDevice: pendingDevice,
  RefreshOutcome: refreshOutcome,
  ServerDocument: serverDocument,
  Session: session,
  SessionEndInput: sessionEndInput,
  SessionRefreshInput: sessionRefreshInput,
  SessionRevokeInput: sessionRevokeInput,
  TokenOutcome: tokenOutcome,
  TokenResponse: tokenResponse,
  Whoami: me,
}

/**
 * Returns the JSON Schema (2020-12) of a type, for its JSON form: dates are strings (RFC 3339). It is less strict than the zod schema, which
 * also has rules about several fields at once and about the characters of a text. Editors can use the one of `Convention` for
 * `osa.config.json`.
 */
export function jsonSchemaOf(name: keyof Described): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(schemas[name], {
    // optional keys are not required, and keys that a newer node may add are allowed
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
    },
  })
}
