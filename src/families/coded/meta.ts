/** What `tweedie.json` holds of a model of codes, and the options that are read out of it again. */
import { dataInMeta } from '../data-in-meta.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { parseTweedieMeta, type TweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import type { OptionValues } from '../../options.ts'
import { defined } from '../defined.ts'
import type { BoundSpec, CodedSpec } from './coded-spec.ts'
import type { ModelLaw } from './law-of.ts'

/** What it is made of. */
interface Recorded {
  readonly family: string
  readonly spec: CodedSpec
  readonly law: ModelLaw
  readonly step: number
}

/** The content of `tweedie.json`. */
export function metaOf(
  { family, spec, law, step }: Recorded,
  dataset: ArrayDataset,
  training: TweedieMetaInput['training'] = {},
): TweedieMeta {
  const { klWeight, warmup, freeBits, draws } = spec.bound
  return parseTweedieMeta({
    family,
    data: dataInMeta(dataset),
    objective: {
      parametrisation: draws > 1 ? 'importance-weighted-bound' : 'evidence-bound',
      weighting: 'uniform',
      law: defined(law),
      klWeight,
      warmupKl: warmup,
      freeBits,
      importanceSamples: draws,
    },
    training: { seed: spec.seed, batch: spec.batch, steps: step, ...training },
  } as TweedieMetaInput)
}

/** The bound that it records. */
export function boundOfMeta({ objective }: TweedieMeta): BoundSpec {
  const {
    klWeight = 1,
    warmupKl = 0,
    freeBits = 0,
    importanceSamples = 1,
  } = objective as Partial<Record<string, number>>
  return { klWeight, warmup: warmupKl, freeBits, draws: importanceSamples }
}

/** The options of a network and a law, whose width begins where it was: for training further. */
export function furtherOptions(
  { className, config }: { readonly className: string; readonly config: Readonly<Record<string, unknown>> },
  law: ModelLaw,
  { lora, sigma }: OptionValues,
): OptionValues {
  if (lora !== undefined && sigma !== undefined) {
    throw new TweedieError('usage', '`sigma`: adapters leave the width of the law as the model has it', {
      hint: 'leave `sigma` out, or `lora`: then all weights are trained, and the width with them',
    })
  }
  const { _class_name: _, _diffusers_version: __, ...plain } = config
  return {
    network: { className, config: plain },
    decoderLaw: law.name,
    ...(law.shades !== undefined && { shades: law.shades }),
    ...(law.sigma !== undefined && { sigma: law.sigma }),
  }
}
