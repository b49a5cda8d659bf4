/** Authorization server metadata (RFC 8414 §2). It is built once, from the configured origin, so that no request can change it. */
import { grantTypes, scopes } from '@osa/contract'

export const oauthPaths = {
  deviceAuthorization: '/oauth/device_authorization',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  jwks: '/.well-known/jwks.json',
} as const

const publicMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const
const confidentialMethods = ['client_secret_basic', 'client_secret_post'] as const

/**
 * Returns the metadata document. `response_types_supported` is required by §2 and empty, because there is no authorization endpoint. The node
 * issues no ID tokens, so the document claims no OpenID Connect features (H07, H10).
 */
export const authorizationServerMetadata = (publicUrl: string) => ({
  issuer: publicUrl,
  device_authorization_endpoint: `${publicUrl}${oauthPaths.deviceAuthorization}`,
  token_endpoint: `${publicUrl}${oauthPaths.token}`,
  revocation_endpoint: `${publicUrl}${oauthPaths.revocation}`,
  introspection_endpoint: `${publicUrl}${oauthPaths.introspection}`,
  jwks_uri: `${publicUrl}${oauthPaths.jwks}`,
  scopes_supported: scopes,
  response_types_supported: [],
  grant_types_supported: grantTypes,
  token_endpoint_auth_methods_supported: publicMethods,
  revocation_endpoint_auth_methods_supported: publicMethods,
  introspection_endpoint_auth_methods_supported: confidentialMethods,
})
