/** Exports of a model with its sampler: one ONNX file from noise to items, which is then tried beside our own sampling. */
import { estimateName, takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { clipOf } from '../../compiled/sampling.ts'
import { calibrate } from '../../compiled/calibrate.ts'
import { type Decoder, type SamplerFile, samplerFile } from '../../compiled/one-file/sampler-file.ts'
import type { PixelKind } from '../../compiled/one-file/finish.ts'
import { roundWeights, type WeightFormat } from '../../compiled/weight-format.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type DataScale } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'
import type { ValueInfo } from '../../engine/onnx/proto/model.ts'
import type { Target } from '../../engine/onnx/lower/context.ts'
import { targetOf } from '../../engine/runtime/program.ts'
import { defined } from '../defined.ts'
import type { ExportedSampler, Painter, Setting } from '../family.ts'
import { labelsFor } from '../conditions.ts'
import { trial } from '../sampler-trial.ts'
import { painter } from './draw.ts'
import { chooseSampler, needsData } from '../gaussian-sampler.ts'
import { sessionOf } from '../session-of.ts'
import { classNumbers } from '../class-numbers.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import { exampleCaptions } from '../words/captions-in-meta.ts'
import { textVectors } from '../words/fit.ts'
import { toldOnce } from '../words/told-once.ts'
import { leftOut } from './guided.ts'
import { requirePosterior } from './jumps.ts'
import { recalls } from './self-conditioned/recalls.ts'
import type { Model } from './model.ts'
import type { samplerFileOptions } from './options/export.ts'

type Options = ValuesOf<typeof samplerFileOptions> &
  OptionValues & {
    readonly batch?: number
    readonly weights?: WeightFormat
    readonly seed?: number
    readonly arithmetic?: 'float32' | 'int8'
  }

/** Items that are tried if nothing is said. */
const tried = 4

/** A sampler as one file, tried beside ours. */
export async function exportSampler(model: Model, options: OptionValues, setting: Setting): Promise<ExportedSampler> {
  const made = await makeSamplerFile(model, options, setting)
  return triedFile(
    made,
    model,
    options,
    setting,
    () => painter(roundWeights(model, weightsIn(options)), setting),
    model.scale,
  )
}

/** The format of the weights. */
export function weightsIn({ weights = 'float32' }: OptionValues): WeightFormat {
  return weights as WeightFormat
}

/**
 * The file, beside items of a painter, whose weights are rounded as in the file.
 *
 * @param scale of the items
 */
export async function triedFile(
  { file, w }: MadeFile,
  model: Model,
  options: OptionValues,
  setting: Setting,
  ours: () => Painter,
  scale: DataScale,
  more: OptionValues = {},
): Promise<ExportedSampler> {
  const { check = tried, seed = 0, batch, pixels, clip } = options as Options
  const count = check === 0 ? 0 : (batch ?? check)
  const labels = labelsFor(model, Math.max(1, count), undefined, 'in turn')
  const known = ['labels', ...(takesEstimates(model.network) ? [estimateName] : []), ...textVectors(model.network)]
  const others = Object.keys(model.network.conditions).some((name) => !known.includes(name))
  const prompts = exampleCaptions(model.meta)
  const words = await toldOnce(model, model.words ? { prompts } : {}, setting)
  const names = ['sampler', 'steps', 'spacing', 'times', 'eta', 'churn', 'variance', 'guidance'] as const
  const manner = ['guidanceRescale', 'guidanceInterval', 'negative'] as const
  const same = Object.fromEntries([...names, ...manner].map((name) => [name, (options as Options)[name]]))
  const described = {
    bytes: file.bytes,
    inputs: file.inputs.map(textOf),
    outputs: file.outputs.map(textOf),
  }
  if (count === 0 || others) return described
  const result = await trial(
    {
      file,
      count,
      seed,
      w,
      conditions: { ...words?.at(0, count, count), ...(labels && { labels }) },
      painter: ours(),
      options: defined({
        ...same,
        clip,
        arithmetic: (options as Options).arithmetic,
        ...(words && { prompt: prompts }),
        ...more,
      }),
      asOutput: (values) => outputOf(values, scale, pixels ?? 'float'),
    },
    setting,
  )
  return { ...described, trial: result }
}

/** Items as a `.npy` file has them, as the file gives them. */
function outputOf(values: ArrayLike<number>, scale: DataScale, pixels: PixelKind): ArrayLike<number> {
  if (!areBytes(scale)) return values
  const bytes = Float32Array.from(values, (x) => 127.5 + 127.5 * x)
  return pixels === 'bytes' ? new Uint8ClampedArray(bytes) : bytes.map((x) => Math.min(1, Math.max(0, x / 255)))
}

const textOf = ({ name, dtype, shape = [] }: ValueInfo): string => `${name} ${dtype} [${shape.join(', ')}]`

/** A file, and the w that it is tried with if it takes one. */
export interface MadeFile {
  readonly file: SamplerFile
  readonly w: number | undefined
}
/**
 * The file.
 *
 * @param decoder what makes items of what the model samples, if that is codes
 * @throws TweedieError `usage` for a sampler that is no table of coefficients, and for options that a file cannot have
 */
export async function makeSamplerFile(
  model: Model,
  options: OptionValues,
  setting: Setting,
  decoder?: Decoder,
): Promise<MadeFile> {
  const { batch, weights, clip, arithmetic, pixels, negative, guidance, guidanceRescale, guidanceInterval } =
    options as Options
  const { sampler, times } = chooseSampler(model, options, setting.own)
  if (!('plan' in sampler) || needsData(sampler)) {
    throw new TweedieError('usage', `${sampler.name} is no table of numbers: its steps depend on the data`, {
      hint: '`sampler: dpm++-2m`, or any other with a fixed number of steps',
    })
  }
  const w = guidance ?? model.sampling.guidance
  const guided = guidance !== undefined || w !== 0
  if (!guided) requireIdle({ negative, guidanceRescale, guidanceInterval })
  const ranges = arithmetic === 'int8' ? await calibrate(model, setting.engine, sessionOf(setting)) : undefined
  const away = guided ? await awayOf(model, negative, setting) : undefined
  const file = samplerFile(model, {
    sampler,
    times,
    clip: clipOf(model, clip),
    guidance: away && { away, rescale: guidanceRescale ?? 0, interval: guidanceInterval ?? [0, 1] },
    batch,
    weights,
    ranges,
    target: await targetFor(options, setting),
    recalls: recalls(model),
    pixels: pixels as PixelKind | undefined,
    decoder,
    metadata: {
      ...setting.provenance,
      sampler: sampler.name,
      times: times.join(', '),
      classes: JSON.stringify(model.classNames),
      ...(model.unconditionalLabel !== undefined && { 'class for none': String(model.unconditionalLabel) }),
      ...(guided && { guidance: `w of (w + 1) conditional − w unconditional; of the settings ${w}` }),
    },
  })
  return { file, w: guided ? w : undefined }
}

/**
 * What the file is lowered for, where it may have operators of ONNX Runtime's own.
 *
 * @throws TweedieError `usage` without a batch size, which such operators need, or with whole numbers, which need others
 */
export async function targetFor(options: OptionValues, { engine, device }: Setting): Promise<Target | undefined> {
  const { operators = 'standard', batch, arithmetic } = options as Options
  if (operators === 'standard') return undefined
  if (batch === undefined) {
    throw new TweedieError('usage', "`operators: runtime`: ONNX Runtime's own operators need a batch size", {
      hint: '`batch: 16`',
    })
  }
  if (arithmetic === 'int8') {
    throw new TweedieError('usage', '`operators: runtime` goes without `arithmetic: int8`', {
      hint: 'leave one of them out',
    })
  }
  return targetOf(device, engine)
}

function requireIdle(options: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(options).find((each) => options[each] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `\`${name}\` without \`guidance\` changes nothing`)
}

async function awayOf(model: Model, negative: string | undefined, setting: Setting): Promise<Conditions> {
  requirePosterior(model, '`guidance`')
  const isClass = negative !== undefined && !model.words
  const words = await toldOnce(model, isClass ? {} : { negativePrompt: negative }, setting)
  const whole = {
    ...leftOut(model),
    ...words?.away,
    ...(isClass && { labels: classNumbers(model, negative, 1, '`negative`') }),
  }
  if (Object.keys(whole).length > 0) return whole
  throw new TweedieError('usage', 'the model cannot be guided: nothing was ever left out in its training', {
    hint: 'leave `guidance` out, or train with `labelDropout: 0.1`',
  })
}
