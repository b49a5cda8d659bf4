/**
 * The router as callers see it: what each procedure takes, answers and does. Written out, because a compiler writes an inferred type into
 * published declarations without names and explanations, and because the router's own type names what procedures run on, which is
 * nobody's business but the node's. `router.test.ts` holds the two together.
 */
import type {
  BearerErrorCode,
  ConventionDetail,
  ConventionSummary,
  ConventionsDeployInput,
  ConventionsGetInput,
  DeployOutcome,
  DeployRefusal,
  DeviceAuthorizationOutcome,
  DeviceStartInput,
  DeviceTokenInput,
  DeviceVerifyInput,
  DeviceWatchInput,
  DeviceWatchOutcome,
  Issue,
  PendingDevice,
  RefreshOutcome,
  ServerDocument,
  Session,
  SessionEndInput,
  SessionRefreshInput,
  SessionRevokeInput,
  TokenOutcome,
  Whoami,
} from '@osa/contract'
import type {
  TRPC_ERROR_CODE_KEY,
  TRPC_ERROR_CODE_NUMBER,
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server'

/** Why a call was refused, as it travels. */
export interface CallErrorShape {
  code: TRPC_ERROR_CODE_NUMBER
  message: string
  data: {
    code: TRPC_ERROR_CODE_KEY
    httpStatus: number
    /** The procedure. */
    path?: string
    /** With `FORBIDDEN` and `TOO_MANY_REQUESTS`: what is missing. */
    refusal?: DeployRefusal | undefined
    /** With `UNAUTHORIZED`: what is wrong with the access token. */
    token_error?: BearerErrorCode | undefined
    /** With `BAD_REQUEST`: each field of the input that is wrong, and what fits there. */
    issues?: Issue[] | undefined
  }
}

interface Call<Input, Output> {
  input: Input
  output: Output
  meta: object
  errorShape: CallErrorShape
}
type Query<Input, Output> = TRPCQueryProcedure<Call<Input, Output>>
type Mutation<Input, Output> = TRPCMutationProcedure<Call<Input, Output>>
// biome-ignore lint/suspicious/noExplicitAny: tRPC infers it as the type of what a subscriber may send back, which is nothing
type Subscription<Input, Output> = TRPCSubscriptionProcedure<Call<Input, AsyncIterable<Output, void, any>>>

/** What a node can be asked. An object type and no interface, because that is what tRPC takes. */
type Procedures = {
  /** The device grant (RFC 8628): start, find a pending code, poll, wait. Refusals are values of the output, not errors. */
  device: {
    /**
     * Asks for a sign-in: a device code to poll with, a user code and an address for the person (RFC 8628 §3.1). `loopback_challenge` and
     * `loopback_port` name the terminal's listener for the same-computer proof. Refuses with `invalid_client`, `unauthorized_client`,
     * `invalid_scope`, `invalid_request`, `access_denied`, `temporarily_unavailable`.
     */
    start: Mutation<DeviceStartInput, DeviceAuthorizationOutcome>
    /**
     * A user code in; who asks, for what, and where to continue out. A mutation, because it spends the guess budget and because
     * a query would put the code into a URL. Codes that cannot be decided are all `NOT_FOUND`; over budget `TOO_MANY_REQUESTS`.
     */
    verify: Mutation<DeviceVerifyInput, PendingDevice>
    /** One poll (RFC 8628 §3.4). The refusals of §3.5 are values: `authorization_pending`, `slow_down` and so on. */
    token: Mutation<DeviceTokenInput, TokenOutcome>
    /**
     * Says once, and then ends, when a poll would get a final answer. A subscription is a GET, and what it asks for stands in its URL,
     * which proxies log: so it asks by the SHA-256 of the device code, base64url. That finds the code and is worth nothing else: no
     * endpoint takes it for the code, and 256 random bits cannot be found from their hash. Whoever reads it in a log can learn that a
     * decision has fallen, not which. Refusals are `invalid_client`, `invalid_grant` and `temporarily_unavailable`; after any of
     * them, and where streams do not get through, polling goes on.
     */
    watch: Subscription<DeviceWatchInput, DeviceWatchOutcome>
  }
  /** Signed-in terminals: refresh one's tokens, end it, list the sessions, end another. */
  session: {
    /**
     * Exchanges a refresh token, rotating it (RFC 6749 §6). Refusals are values: `invalid_grant`, `invalid_scope`,
     * `temporarily_unavailable`.
     */
    refresh: Mutation<SessionRefreshInput, RefreshOutcome>
    /**
     * Ends the session that a refresh token belongs to. Succeeds for unknown tokens too (RFC 7009 §2.2); `BAD_REQUEST` for a client that is
     * not known or needs a secret.
     */
    end: Mutation<SessionEndInput, { ended: true }>
    /** The caller's own sessions, newest first; `current` marks the one of the presented token. */
    list: Query<void, Session[]>
    /** Ends one of the caller's own sessions; `NOT_FOUND` for any other. */
    revoke: Mutation<SessionRevokeInput, { revoked: true }>
  }
  /** Conventions: registering them, for publishers; the list and each of them, for everybody. */
  conventions: {
    /**
     * Registers all conventions of one deploy, at most 50, or none. What is wrong with them is a value of the output,
     * `invalid_convention` with a path for each issue. `FORBIDDEN` and `TOO_MANY_REQUESTS` say in `data.refusal` what is missing: a scope
     * (RFC 6750 §3.1), a role, or patience.
     */
    deploy: Mutation<ConventionsDeployInput, DeployOutcome>
    /** The newest version of each, by slug; a long description is cut. */
    list: Query<void, ConventionSummary[]>
    /** The newest version, or the one asked for, with its manifest and a line for each version. `NOT_FOUND` when there is none. */
    get: Query<ConventionsGetInput, ConventionDetail>
  }
  /** Who is signed in. `UNAUTHORIZED` without a valid access token. */
  me: Query<void, Whoami>
  /** The node as a whole. */
  server: {
    /** What the node says of itself: the same document as `/.well-known/osa`. */
    info: Query<void, ServerDocument>
  }
}

/** The router of a node, as `TRPCClient` and tRPC's inference helpers take it. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: CallErrorShape; transformer: true },
  Procedures
>
