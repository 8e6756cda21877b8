/** Parts by name: the user's own, or those that are built in. */
import { TweedieError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import type { OwnComponents } from './own-parts.ts'

/** The name of each kind of part. */
const words: Readonly<Record<keyof OwnComponents, string>> = {
  networks: 'a network',
  objectives: 'an objective',
  schedules: 'a noise schedule',
  weightings: 'a weighting',
  samplers: 'a sampler',
  measurements: 'a measurement',
}

/** The user's own part of this name, if there is one. */
export function ownPart<Kind extends keyof OwnComponents>(
  own: OwnComponents,
  kind: Kind,
  name: string,
): NonNullable<OwnComponents[Kind]>[string] | undefined {
  const parts = own[kind] as Readonly<Record<string, NonNullable<OwnComponents[Kind]>[string]>> | undefined
  return parts && Object.hasOwn(parts, name) ? parts[name] : undefined
}

/**
 * Refuses a part of a folder or specification that is neither built in nor among the user's own.
 *
 * @throws TweedieError `model` that says how to pass it
 */
export function requirePart(
  own: OwnComponents,
  kind: keyof OwnComponents,
  name: string,
  builtIn: readonly string[],
): void {
  if (builtIn.includes(name) || ownPart(own, kind, name) !== undefined) return
  throw new TweedieError('model', `part '${name}' (${words[kind]}) is not built in`, {
    hint: `give it as own.${kind}.${name}, or in tweedie.config.ts; built in are ${builtIn.join(', ') || 'none'}`,
  })
}

/** An error for an unknown sampler in a folder. */
export function missingSampler(name: string, cause?: unknown): TweedieError {
  return new TweedieError('model', `tweedie.json: sampler.sampler is ${JSON.stringify(name)}, which is not built in`, {
    hint: `give it as own.samplers.${name}, or in tweedie.config.ts; or name another as \`sampler\``,
    cause,
  })
}

/**
 * Refuses an unknown name in an option.
 *
 * @param option the option's name
 * @throws TweedieError `usage`
 */
export function requireChoice(
  own: OwnComponents,
  kind: keyof OwnComponents,
  {
    option,
    name,
    builtIn,
  }: { readonly option: string; readonly name: string | undefined; readonly builtIn: readonly string[] },
): void {
  const known = [...builtIn, ...Object.keys(own[kind] ?? {})]
  if (name === undefined || known.includes(name)) return
  const near = suggest(name, known)
  throw new TweedieError('usage', `\`${option}\` is ${name}: it must be one of ${known.join(', ')}`, {
    hint: near
      ? `Did you mean ${near}?`
      : `${words[kind]} of your own is given as own.${kind}.${name}, or in tweedie.config.ts`,
  })
}
