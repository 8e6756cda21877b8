/** Choices over defaults. */

/** The fields that are not undefined. */
export function defined<T extends object>(choices: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(choices ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
