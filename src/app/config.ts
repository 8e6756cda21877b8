/** The user's own parts in a configuration file. */
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import { suggest } from '../suggest.ts'

/** What a configuration may have, and what each holds. */
const fields: Readonly<Record<keyof OwnParts, 'functions' | 'objects' | 'readers' | 'families'>> = {
  networks: 'functions',
  objectives: 'objects',
  schedules: 'functions',
  weightings: 'functions',
  samplers: 'functions',
  measurements: 'functions',
  readers: 'readers',
  families: 'families',
}

/**
 * The user's own parts, for the default export of `tweedie.config.ts`.
 *
 * @example
 * export default defineConfig({ objectives: { huber: { loss: ({ output, target }) => … } } })
 */
export function defineConfig(config: OwnParts): OwnParts {
  return config
}

/**
 * The parts of a configuration, checked.
 *
 * @throws TweedieError `usage` if the value is not a configuration, or a part is unknown or of the wrong kind
 */
export function checkConfig(value: unknown, source: string): OwnParts {
  const names = Object.keys(fields).join(', ')
  if (!isObject(value)) {
    throw new TweedieError('usage', `${source}: its default export is no configuration`, {
      hint: `export default defineConfig({ … }) with ${names}`,
    })
  }
  for (const [name, parts] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      const near = suggest(name, Object.keys(fields))
      throw new TweedieError('usage', `${source}: there is no ${name} in a configuration`, {
        hint: near ? `did you mean ${near}?` : `there are ${names}`,
      })
    }
    if (parts !== undefined) checkParts(parts, `${source}: ${name}`, fields[name as keyof OwnParts])
  }
  return value as OwnParts
}

function checkParts(parts: unknown, source: string, kind: (typeof fields)[keyof OwnParts]): void {
  if (kind === 'families') {
    if (Array.isArray(parts) && parts.every(isFamily)) return
    throw new TweedieError('usage', `${source} must be a list of families`, {
      hint: 'each has name, of, options, accepts and load',
    })
  }
  if (!isObject(parts)) throw new TweedieError('usage', `${source} must be an object of parts by their names`)
  for (const [name, part] of Object.entries(parts)) {
    const fits = kind === 'functions' ? typeof part === 'function' : isObject(part) && hasMethods(part, methods[kind])
    if (fits) continue
    const wanted = kind === 'functions' ? 'a function' : `{ ${methods[kind].join(', ')}, … }`
    throw new TweedieError('usage', `${source}.${name} must be ${wanted}`)
  }
}

/** What parts of a kind must be able to do. */
const methods = { objects: ['loss'], readers: ['accepts', 'read'] } as const

function hasMethods(part: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof part[name] === 'function')
}

function isFamily(value: unknown): boolean {
  if (!isObject(value)) return false
  const { name, of, options, accepts, load } = value
  const functions = typeof accepts === 'function' && typeof load === 'function'
  return typeof name === 'string' && typeof of === 'string' && isObject(options) && functions
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
