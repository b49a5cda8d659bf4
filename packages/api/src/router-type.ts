/**
 * The type of the router as callers see it: the input, output and documentation of each procedure. It is written out by hand for two
 * reasons: in published declarations an inferred type loses its names and comments, and the router's inferred type exposes internals of
 * the node. `router.test.ts` checks that this type and the router agree.
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

/** The error of a refused call, as it is sent over the wire. */
export interface CallErrorShape {
  code: TRPC_ERROR_CODE_NUMBER
  message: string
  data: {
    code: TRPC_ERROR_CODE_KEY
    httpStatus: number
    /** The name of the procedure: `conventions.deploy`. */
    path?: string
    /** With `FORBIDDEN` and `TOO_MANY_REQUESTS`: the missing scope or role, or the limit that was reached. */
    refusal?: DeployRefusal | undefined
    /** With `UNAUTHORIZED`: what is wrong with the access token. */
    token_error?: BearerErrorCode | undefined
    /** With `BAD_REQUEST`: each invalid field of the input, and what is valid there. */
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
// biome-ignore lint/suspicious/noExplicitAny: tRPC infers any for values that a subscriber may send back; subscribers send none
type Subscription<Input, Output> = TRPCSubscriptionProcedure<Call<Input, AsyncIterable<Output, void, any>>>

/** All procedures of a node. A type alias, because tRPC does not accept an interface here. */
type Procedures = {
  /**
   * The device grant (RFC 8628): start a sign-in, look up a pending user code, poll, wait for the decision. All but `verify` return
   * refusals as values of the output instead of throwing them.
   */
  device: {
    /**
     * Starts a sign-in (RFC 8628 §3.1). Returns a device code to poll with, and a user code and an address to show to the person.
     * `loopback_challenge` and `loopback_port` identify the terminal's listener for the same-computer proof. Refuses with `invalid_client`,
     * `unauthorized_client`, `invalid_scope`, `invalid_request`, `access_denied` or `temporarily_unavailable`.
     */
    start: Mutation<DeviceStartInput, DeviceAuthorizationOutcome>
    /**
     * Looks up a pending user code. Returns the client that asks, the scope it asks for, and the page on which the person continues.
     * It is a mutation because each call spends from the guess budget, and because a query would put the code into a URL. Throws `NOT_FOUND`
     * for every code that cannot be approved or denied, and `TOO_MANY_REQUESTS` when the budget is used up.
     */
    verify: Mutation<DeviceVerifyInput, PendingDevice>
    /**
     * Polls once for tokens (RFC 8628 §3.4). The refusals of §3.5, such as `authorization_pending` and `slow_down`, are values of the
     * output.
     */
    token: Mutation<DeviceTokenInput, TokenOutcome>
    /**
     * Emits one event as soon as a poll would get a final answer, and then ends. A subscription is a GET request whose input is part of the
     * URL, and proxies log URLs. The input is therefore the SHA-256 of the device code, base64url: no endpoint accepts the hash in place of
     * the code, and a code of 256 random bits cannot be recovered from it. A reader of such a log can learn that a decision was made, but
     * not which one. Refuses with `invalid_client`, `invalid_grant` or `temporarily_unavailable`. After a refusal, and where streams are
     * blocked, the client keeps polling.
     */
    watch: Subscription<DeviceWatchInput, DeviceWatchOutcome>
  }
  /** Sessions of signed-in terminals: refresh tokens, end the session of a refresh token, list sessions, revoke one. */
  session: {
    /**
     * Exchanges a refresh token for new tokens and rotates it (RFC 6749 §6). Refusals are values of the output: `invalid_client`,
     * `unauthorized_client`, `invalid_grant`, `invalid_scope` or `temporarily_unavailable`.
     */
    refresh: Mutation<SessionRefreshInput, RefreshOutcome>
    /**
     * Ends the session that a refresh token belongs to. Succeeds for unknown tokens too (RFC 7009 §2.2). Throws `BAD_REQUEST` when the
     * client is unknown or needs a secret.
     */
    end: Mutation<SessionEndInput, { ended: true }>
    /** Lists the caller's own sessions, newest first. `current` marks the session of the presented access token. */
    list: Query<void, Session[]>
    /** Ends one of the caller's own sessions. Throws `NOT_FOUND` for any other session. */
    revoke: Mutation<SessionRevokeInput, { revoked: true }>
  }
  /** Conventions: publishers register them, everyone can read them. */
  conventions: {
    /**
     * Registers all conventions of one deploy, at most 50, or none of them. Invalid conventions give the output `invalid_convention`, with
     * a path for each issue. Throws `FORBIDDEN` when a scope (RFC 6750 §3.1) or a role is missing, and `TOO_MANY_REQUESTS` over a
     * limit; `data.refusal` of the error has the details.
     */
    deploy: Mutation<ConventionsDeployInput, DeployOutcome>
    /** Lists the newest version of each convention, sorted by slug. Long descriptions are shortened. */
    list: Query<void, ConventionSummary[]>
    /**
     * Returns the newest version of a convention, or the requested one, with its manifest and a summary of every version. Throws
     * `NOT_FOUND` when there is none.
     */
    get: Query<ConventionsGetInput, ConventionDetail>
  }
  /** Returns the signed-in person. Throws `UNAUTHORIZED` without a valid access token. */
  me: Query<void, Whoami>
  /** The node as a whole. */
  server: {
    /** Returns the node's description of itself: the same document as `/.well-known/osa`. */
    info: Query<void, ServerDocument>
  }
}

/** The type of a node's router, for `TRPCClient` and tRPC's inference helpers. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: CallErrorShape; transformer: true },
  Procedures
>
