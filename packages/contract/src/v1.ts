/** The JSON wire of `/api/v1`, for the unchanged original Python `osa`. Unknown keys in requests are ignored. */
import { z } from 'zod'

/** Codes of a refused refresh. The body of a failed v1 call is `{detail: {code, message}}`. */
export const v1RefreshErrorCodes = ['invalid_refresh_token', 'token_family_revoked', 'refresh_token_expired'] as const
export type V1RefreshErrorCode = (typeof v1RefreshErrorCodes)[number]

export const v1Error = z.object({ detail: z.object({ code: z.string(), message: z.string() }) })
export type V1Error = z.infer<typeof v1Error>

export const v1DeviceRequest = z.object({
  client_id: z.string().optional(),
  scope: z.string().optional(),
  device_name: z.string().optional(),
})
export const v1DeviceTokenRequest = z.object({
  device_code: z.string(),
  grant_type: z.string(),
  client_id: z.string().optional(),
})
export const v1RefreshRequest = z.object({ refresh_token: z.string(), client_id: z.string().optional() })
export const v1LogoutRequest = v1RefreshRequest

/** The body of a 422: the issues of a convention, in the shape that the original's FastAPI used. */
export const v1InvalidConvention = z.object({
  detail: z.array(
    z.object({
      loc: z.array(z.union([z.string(), z.number()])),
      msg: z.string(),
      type: z.literal('invalid_convention'),
    }),
  ),
})
export type V1InvalidConvention = z.infer<typeof v1InvalidConvention>
