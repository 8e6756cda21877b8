/**
 * Checks a configuration against a schema and reports all mistakes in one error that names field, value and choices.
 */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'

const english = { error: z.locales.en().localeError }

/** Lists and objects in a file may be nested so deeply; schemas of any JSON call themselves for every level. */
export const mostNested = 100

/** Whether lists and objects are nested more than {@link mostNested} deep. */
export function isNestedTooDeeply(value: unknown): boolean {
  let level = [value].filter(isNest)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === mostNested) return true
    level = level.flatMap((each) => Object.values(each).filter(isNest))
  }
  return false
}

const isNest = (value: unknown): value is object => typeof value === 'object' && value !== null

const shallow = z.custom<never>(
  (value) => !isNestedTooDeeply(value),
  `expected lists and objects nested at most ${mostNested} deep`,
)

/** What a schema says of a value, with messages in English: zod's small build has none of its own. */
export function tryConfig<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
): z.core.util.SafeParseResult<z.output<T>> {
  const { error } = shallow.safeParse(value, english)
  return error ? { success: false, error } : schema.safeParse(value, english)
}

/**
 * The value as the schema reads it, defaults filled in.
 *
 * @param source what to call it in errors, such as `unet/config.json`
 * @throws TweedieError `model`: every field that is wrong, with what was got and what is supported
 */
export function parseConfig<T extends z.ZodMiniType>(schema: T, value: unknown, source: string): z.output<T> {
  const result = tryConfig(schema, value)
  if (result.success) return result.data
  if (isNestedTooDeeply(value)) {
    throw new TweedieError('model', `${source}: lists or objects are nested more than ${mostNested} deep`)
  }
  const faults = result.error.issues.map(({ path, message }) => {
    const got = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)
    return `${path.join('.') || 'the whole'} is ${JSON.stringify(got) ?? 'missing'}: ${message}`
  })
  throw new TweedieError('model', `${source}: ${faults.join('; ')}`)
}
