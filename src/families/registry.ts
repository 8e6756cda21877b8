/** The families that are built in, and how the family of a model, of data or of a specification is found. */
import { TweedieError } from '../errors.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'
import type { OptionValues } from '../options.ts'
import { suggest } from '../suggest.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { cnf } from './cnf/entry.ts'
import { embeddings } from './embeddings/entry.ts'
import type { Abilities, Ability, Family, FamilyEntry, FamilyModel, OwnParts } from './family.ts'
import { flow } from './flow/entry.ts'
import { hvae } from './hvae/entry.ts'
import { latent } from './latent/entry.ts'
import { prediction } from './prediction/entry.ts'
import { molecules } from './molecules/entry.ts'
import { rows } from './rows/entry.ts'
import { tokens } from './tokens/entry.ts'
import { vae } from './vae/entry.ts'
import { values } from './values/entry.ts'
import { vq } from './vq/entry.ts'
import { vqDiffusion } from './vq-diffusion/entry.ts'

/** One line a family. */
export const families: readonly FamilyEntry[] = Object.freeze([
  latent,
  values,
  embeddings,
  tokens,
  rows,
  vae,
  hvae,
  cnf,
  vq,
  vqDiffusion,
  flow,
  prediction,
  molecules,
])

/** A model with its family. */
export interface Opened<Model extends FamilyModel = FamilyModel> {
  readonly entry: FamilyEntry
  readonly family: Family
  readonly model: Model
}

/** All known families: the user's own, then those of the registry. */
export function familiesOf({ families: own = [] }: OwnParts): readonly FamilyEntry[] {
  return [...own, ...families]
}

/**
 * The family of this name.
 *
 * @throws TweedieError `model` where there is none
 */
export function entryNamed(name: string, own: OwnParts, source = 'the family'): FamilyEntry {
  const known = familiesOf(own)
  const found = known.find((entry) => entry.name === name)
  if (found) return found
  const names = known.map((entry) => entry.name)
  const near = suggest(name, names)
  throw new TweedieError('model', `${source}: there is no family of models called '${name}'`, {
    hint: near
      ? `did you mean ${near}?`
      : `there are ${names.join(', ')}; one of your own is given in own.families, or in tweedie.config.ts`,
  })
}

/** The family of a folder: by its tag, or by its content in older folders without a tag. */
export function entryOfFolder(meta: TweedieMeta, own: OwnParts, source?: string): FamilyEntry {
  if (meta.family !== undefined) return entryNamed(meta.family, own, source)
  const found = familiesOf(own).find((entry) => entry.wrote?.(meta))
  if (found) return found
  throw new TweedieError('model', `${source ?? 'the model'}: does not say of which family it is`)
}

/** The family of a specification; older ones have no tag. */
export function entryOfSpec(spec: object, own: OwnParts, source?: string): FamilyEntry {
  const { family } = spec as { readonly family?: unknown }
  if (typeof family === 'string') return entryNamed(family, own, source)
  const found = familiesOf(own).find((entry) => entry.wroteSpec?.(spec))
  if (found) return found
  throw new TweedieError('model', `${source ?? 'the specification'}: does not say of which family it is`)
}

/**
 * The family that learns data: the one that is named, or the first that accepts them.
 *
 * @throws TweedieError `usage` where the named one does not take such data
 */
export function entryForData(data: TrainData, options: OptionValues, own: OwnParts): FamilyEntry {
  const { model } = options
  if (typeof model === 'string') return namedFor(data, model, options, own)
  const found = familiesOf(own).find((entry) => entry.accepts(data, options))
  if (found) return found
  throw new TweedieError('usage', `${data.name}: no family of models learns such data`, {
    hint: `there are ${familiesOf(own)
      .map(({ name, of }) => `${name} (${of})`)
      .join(', ')}`,
  })
}

function namedFor(data: TrainData, model: string, options: OptionValues, own: OwnParts): FamilyEntry {
  const known = familiesOf(own)
  const found = known.find(({ name }) => name === model)
  if (found?.accepts(data, options)) return found
  if (found) {
    const able = known.filter((entry) => entry.accepts(data, { ...options, model: entry.name }))
    throw new TweedieError('usage', `${data.name}: models of ${found.of} are not trained on such data`, {
      hint: `these are: ${able.map(({ name }) => name).join(', ') || 'none'}`,
    })
  }
  const names = known.map(({ name }) => name)
  const near = suggest(model, names)
  throw new TweedieError('usage', `\`model\` is ${model}: there is no such family`, {
    hint: near
      ? `did you mean ${near}?`
      : `there are ${names.join(', ')}; one of your own is given in own.families, or in tweedie.config.ts`,
  })
}

/**
 * An ability of a family.
 *
 * @throws TweedieError `usage` that names the families that have it
 */
export async function abilityOf<Name extends Ability>(
  name: Name,
  { entry, family }: Pick<Opened, 'entry' | 'family'>,
  own: OwnParts,
): Promise<NonNullable<Abilities<FamilyModel>[Name]>> {
  const ability = family.can[name]
  if (ability) return ability.bind(family.can) as NonNullable<Abilities<FamilyModel>[Name]>
  const refusal = entry.refusals?.[name]
  if (refusal) throw new TweedieError('usage', `${name} ${refusal.why}`, { hint: refusal.hint })
  const able: string[] = []
  for (const each of familiesOf(own)) if ((await each.load()).can[name]) able.push(`${each.of} (${each.name})`)
  const those = able.length > 0 ? `it is for models of ${able.join(', ')}` : 'no family has it'
  const hint = family.lacks?.[name]
  throw new TweedieError('usage', `${name} means nothing to a model of ${entry.of}; ${those}`, {
    ...(hint !== undefined && { hint }),
  })
}
