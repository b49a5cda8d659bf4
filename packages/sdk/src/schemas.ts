/**
 * @osa/sdk/schemas: what procedures take and answer, and what authors write, as zod schemas and as JSON Schema. By the names of the types
 * that the main entry and `@osa/sdk/convention` export.
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

/** What there is a schema of. */
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

/** A schema of zod 4: for `z.object` and its kin, `parse`, `safeParse`, and whatever takes a Standard Schema. */
export type Schema<Value> = z.core.$ZodType<Value> & Pick<z.ZodMiniType<Value>, 'parse' | 'safeParse' | '~standard'>

/**
 * The zod schemas. A document's ignores keys that it does not know, since a newer node may say more; those of conventions refuse them, and
 * write defaults out.
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
 * The JSON Schema (2020-12) of one of them, as it is written in JSON: instants are texts (RFC 3339). It says less than the zod schema where
 * a rule looks at several fields or at a text's characters. That of `Convention` is for editors of `osa.config.json`.
 */
export function jsonSchemaOf(name: keyof Described): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(schemas[name], {
    // what may be left out is not required, and what a newer node says more is allowed
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
    },
  })
}
