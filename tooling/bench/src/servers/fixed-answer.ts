/** The answer of the fixed floors: the document and headers of a pending poll. */
export const fixedBody: string = JSON.stringify({
  error: 'authorization_pending',
  error_description: 'Nobody has decided yet.',
})
export const fixedHeaders = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
} as const
