/** `tweedie.config.ts` (or .mts, .js, .mjs): found in a folder and read, as TypeScript or JavaScript. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { checkConfig } from '../config.ts'

/** The file names that are tried. */
export const configNames = Object.freeze(['ts', 'mts', 'js', 'mjs'].map((ending) => `tweedie.config.${ending}`))

/** The configuration file of a folder, if there is one. */
export function findConfig(folder = '.'): string | undefined {
  return configNames.map((name) => join(folder, name)).find((path) => existsSync(path))
}

/**
 * Reads a configuration file.
 *
 * @param modules modules that it may import by name besides its own files and packages: the running `tweedie`
 * @throws TweedieError `usage` for a file that is missing, throws, or is no configuration
 */
export async function readConfig(path: string, modules: Readonly<Record<string, unknown>>): Promise<OwnParts> {
  if (!existsSync(path)) throw new TweedieError('usage', `${path}: no such configuration file`)
  const { createJiti } = await import('jiti')
  const jiti = createJiti(resolve(path), {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { ...modules },
  })
  const found = await jiti.import<{ readonly default?: unknown }>(resolve(path)).catch((cause: unknown) => {
    const message = isTweedieError(cause) || cause instanceof Error ? cause.message : String(cause)
    throw new TweedieError('usage', `${path} throws: ${message.split('\n')[0]}`, {
      hint: 'fix it, or run the command in another folder',
      cause,
    })
  })
  if (found.default !== undefined) return checkConfig(found.default, path)
  throw new TweedieError('usage', `${path} has no default export`, { hint: 'export default defineConfig({ … })' })
}
