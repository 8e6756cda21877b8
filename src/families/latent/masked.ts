/**
 * Inpainting by a U-Net that was trained for it: besides the noisy codes it sees, as a condition, the mask, 1 where something is to be filled in, and the
 * codes of the picture whose hidden pixels are grey.
 *
 * Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models (2022), section 4.5, https://arxiv.org/abs/2112.10752
 */
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { classesAsked } from '../class-numbers.ts'
import { usualChoice } from '../coded/values-of.ts'
import { defined } from '../defined.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { chooseSampler } from '../gaussian-sampler.ts'
import { pictureValues } from '../picture-values.ts'
import { sessionOf } from '../session-of.ts'
import { generate } from '../values/generate.ts'
import { maskOf, required } from '../values/restore-operator.ts'
import type { RestoreValues } from '../values/restore-task.ts'
import { codecOf } from '../vae/codec.ts'
import { askedTexts } from '../words/asked-texts.ts'
import { workOn } from '../warm.ts'
import { decodedItems, decodedOf, seenCodes } from './codes.ts'
import { maskedName } from './fitted-parts.ts'
import type { LatentModel } from './model.ts'

/** Options of other ways to restore. */
const idle = [
  'method',
  'sigma',
  'simulate',
  'gamma',
  'zeta',
  'lambda',
  'iterations',
  'resample',
  'factor',
  'kernel',
  'bicubic',
]

/** Whether a model is one for inpainting. */
export function fillsIn({ prior }: Pick<LatentModel, 'prior'>): boolean {
  return Object.hasOwn(prior.network.conditions, maskedName)
}

/**
 * Draws pictures whose hidden part is filled in.
 *
 * @throws TweedieError `usage` for another task than inpaint, or options of other methods; `data` for a mask that does not fit
 */
export async function fillIn(
  model: LatentModel,
  item: Item,
  options: RestoreValues & { readonly decodeTile?: number | undefined },
  setting: Setting,
): Promise<Drawn> {
  const { prior, autoencoder } = model
  const { count = 4, seed = 0, task, fit, steps, guidance, batch, decodeTile: tile } = options
  requireFilling(options)
  const shape = autoencoder.frame.item
  const { engine, access, signal, onProgress, onRemark } = setting
  const picture = await pictureValues(
    item,
    { shape, why: 'the model makes such pictures', fit },
    access,
    autoencoder.scale,
  )
  const seen = await maskOf(required('mask', task!, options.mask), shape, fit, access)
  using work = workOn(setting.kept, signal)
  const codec = await codecOf(autoencoder, setting, 1, work.compiled, { signal })
  const hidden = picture.map((value, i) => value * seen[i % seen.length]!)
  const { mean } = await codec.encode(
    toNetwork(autoencoder.frame, hidden, new Float32Array(itemSize(autoencoder.frame.network))),
  )
  const condition = maskedCondition(model, seenCodes(model, mean), seen)
  const masked = new Float32Array(count * condition.length)
  for (let i = 0; i < count; i++) masked.set(condition, i * condition.length)
  const texts = await askedTexts(prior, options, access)
  const choice = chooseSampler(prior, defined({ steps, guidance }), setting.own)
  const { items: codes } = await generate(prior, engine, {
    ...sessionOf(setting),
    ...choice,
    ...texts,
    count,
    seed,
    batch,
    guidance: guidance ?? prior.sampling.guidance,
    labels: classesAsked(prior, options.class, count),
    conditions: { [maskedName]: masked },
    shards: setting.shards,
    signal,
    onRemark,
    onStep: ({ done, total }) => onProgress?.({ phase: 'restore', done, total, unit: 'steps' }),
  })
  const how = { draw: usualChoice(autoencoder), seed: Number(seed), tile, ...decodedOf('items', setting) }
  const items = await decodedItems(model, codes, how, setting, work.compiled)
  setting.shards?.requireAll()
  return drawnValues(autoencoder, items, {
    how: {
      picture: typeof item === 'string' ? item : null,
      task: task!,
      method: 'network',
      steps: choice.steps ?? null,
      seed,
      ...defined({ prompt: options.prompt, negative: options.negative, guidance }),
    },
    howText: `seed ${seed}, filled in by the network, ${choice.steps} steps`,
  })
}

/** Mask and codes side by side, as the network has them: the mask's nearest pixel for each place of the code. */
export function maskedCondition(
  { prior, autoencoder }: Pick<LatentModel, 'prior' | 'autoencoder'>,
  codes: Float32Array,
  seen: ArrayLike<number>,
): Float32Array {
  const [, height, width] = prior.frame.item as [number, number, number]
  const [, rows, columns] = autoencoder.frame.item as [number, number, number]
  const mask = Float32Array.from({ length: height * width }, (_, i) => {
    const y = Math.floor((Math.floor(i / width) * rows) / height)
    return 1 - seen[y * columns + Math.floor(((i % width) * columns) / width)]!
  })
  const both = new Float32Array(mask.length + codes.length)
  both.set(mask)
  both.set(codes, mask.length)
  const framed = { ...prior.frame, item: [both.length / mask.length, height, width] }
  const { shape } = prior.network.conditions[maskedName] as { readonly shape: readonly number[] }
  if (shape[1] === height && shape[2] === width) return both
  return padded(both, framed.item, shape)
}

/** Larger images with the edge repeated, as noisy codes are padded. */
function padded(
  values: Float32Array,
  [channels, height, width]: readonly number[],
  to: readonly number[],
): Float32Array {
  const [, rows, columns] = to as [number, number, number]
  return Float32Array.from({ length: channels! * rows * columns }, (_, i) => {
    const [x, y, c] = [i % columns, Math.floor(i / columns) % rows, Math.floor(i / (rows * columns))]
    return values[(c * height! + Math.min(y, height! - 1)) * width! + Math.min(x, width! - 1)]!
  })
}

function requireFilling(options: RestoreValues): void {
  if (options.task !== 'inpaint') {
    throw new TweedieError(
      'usage',
      `\`task: ${options.task ?? ''}\`: the network was trained to fill in, and for nothing else`,
      {
        hint: '`task: inpaint` with `mask`, or a model that is not for inpainting',
      },
    )
  }
  const name = idle.find((each) => options[each as keyof RestoreValues] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `\`${name}\` means nothing here: the network fills in by itself`, {
    hint: `leave \`${name}\` out`,
  })
}
