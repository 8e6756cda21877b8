/** `tweedie.config.ts` (or .mts, .js, .mjs): found in a folder, read as a program with types or without. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { placeOf } from '../../own-made.ts'
import { checkConfig } from '../config.ts'

/** The file names that are tried. */
export const configNames = Object.freeze(['ts', 'mts', 'js', 'mjs'].map((ending) => `tweedie.config.${ending}`))

/** Where parts were read from: a thread reads them again. */
const files = new WeakMap<OwnParts, string>()

/** The configuration file that parts were read from; undefined for parts that a program made. */
export const configOf = (own: OwnParts): string | undefined => files.get(own)

/**
 * What a configuration file may import by name besides its own files and packages: the running `tweedie`, each room by its path.
 *
 * @param tweedie the main entry
 */
export function modulesOf(tweedie: object): Readonly<Record<string, unknown>> {
  const rooms = Object.entries(tweedie).filter(
    ([, value]) => Object.prototype.toString.call(value) === '[object Module]',
  )
  const paths = rooms.map(
    ([name, room]) => [`tweedie/${name === 'evaluation' ? 'eval' : name}`, room as unknown] as const,
  )
  return { tweedie, 'tweedie/core': tweedie, ...Object.fromEntries(paths) }
}

/** The configuration file of a folder, if there is one. */
export function findConfig(folder = '.'): string | undefined {
  return configNames.map((name) => join(folder, name)).find((path) => existsSync(path))
}

/**
 * Reads a configuration file.
 *
 * @param modules those of {@link modulesOf}
 * @throws TweedieError `usage` for a file that is missing, throws, or is no configuration
 */
export async function readConfig(path: string, modules: Readonly<Record<string, unknown>>): Promise<OwnParts> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) {
    throw new TweedieError('usage', `${path}: ${found ? 'a folder, and no' : 'no such'} configuration file`, {
      hint: `name a file such as ${configNames[0]}`,
    })
  }
  const { createJiti } = await import('jiti')
  const jiti = createJiti(resolve(path), {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { ...modules },
  })
  const module = await jiti.import<{ readonly default?: unknown }>(resolve(path)).catch((cause: unknown) => {
    throw brokenConfig(path, cause)
  })
  if (module.default !== undefined) {
    const own = checkConfig(module.default, path)
    files.set(own, resolve(path))
    return own
  }
  throw new TweedieError('usage', `${path} has no default export`, { hint: 'export default defineConfig({ … })' })
}

/** What is wrong with a file that cannot be run, and where. */
function brokenConfig(path: string, cause: unknown): TweedieError {
  const message = cause instanceof Error ? cause.message : String(cause)
  // of what does not parse, the second line says where
  const [first, second] = message.split('\n').map((line) => line.trim())
  const place = first!.startsWith('ParseError') ? second : placeOf(cause)
  return new TweedieError('usage', `${path} throws: ${first}`, {
    hint: `mend it${place ? ` at ${place}` : ''}, or run the command in another folder`,
    cause,
  })
}
