/** Returns `Josiah Carberry (0000-0002-1825-0097)`, or only the id if the name is not known. */
export function personLabel(user: { display_name: string | null; external_id: string } | null): string {
  if (!user) return 'an account whose name is not stored'
  return user.display_name ? `${user.display_name} (${user.external_id})` : user.external_id
}
