/** How much the prepared copies of data take. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { preparedRoot } from './through-cache.ts'

/** The folder of prepared copies with what lies there. */
export interface PreparedSize {
  readonly folder: string
  /** Copies, or parts of them. */
  readonly copies: number
  readonly bytes: number
}

/** Measures the folder in the user's cache. Undefined where there is none. */
export function measurePrepared(folder = preparedRoot()): PreparedSize | undefined {
  try {
    const copies = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const sizes = copies.flatMap(({ name }) =>
      readdirSync(join(folder, name)).map((file) => statSync(join(folder, name, file)).size),
    )
    return { folder, copies: copies.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
  } catch {
    return undefined
  }
}
