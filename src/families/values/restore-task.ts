/** From a task and its options to an observation. */
import { type Observation, observation, observe, type Operator } from '../../diffusion/measure/index.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { ownMade } from '../../own-made.ts'
import { suggest } from '../../suggest.ts'
import { restoreTasks } from '../choices.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Item, OwnParts, Setting } from '../family.ts'
import type { DrawnModel } from '../drawn-values.ts'
import type { restoreOptions } from './options/restore.ts'
import { pictureValues } from '../picture-values.ts'
import type { TextOptions } from '../words/asked-texts.ts'
import { operatorOf, required, type Task } from './restore-operator.ts'

/** The options. */
export type RestoreValues = Omit<ValuesOf<typeof restoreOptions & typeof drawOptions>, 'prompt'> & TextOptions

/** The default noise: about that of a good camera, and several times the rounding to eight bits. */
const defaultSigma = 0.02

/**
 * The observation of a picture.
 *
 * @throws TweedieError `usage` for options that do not fit together, `data` for pictures of another size or mode
 */
export async function observationOf(
  model: DrawnModel,
  item: Item,
  options: RestoreValues,
  { access, own, onRemark }: Pick<Setting, 'access' | 'own' | 'onRemark'>,
): Promise<Observation> {
  const { simulate = false, seed = 0, fit } = options
  const shape = model.frame.item
  if (model.scale.kind === 'cloud') return observationOfCloud(model, item, options, { access, onRemark })
  if (model.scale.kind !== 'image' || shape.length !== 3) {
    throw new TweedieError('usage', 'restore is for models of images and clouds', {
      hint: 'the library restores anything: see examples/signal.ts',
    })
  }
  const measurement = ownMeasurement(options, own)
  const task = measurement ? undefined : taskOf(options, own)
  if (task) refuseForeign(task, options)
  const sigma = sigmaOf(task, options)
  const operator = measurement
    ? ownMade(`the measurement ${options.task}`, () => measurement(shape, options as OptionValues), [
        'forward',
        'pushforward',
        'pullback',
      ])
    : await operatorOf(task!, shape, options, access)
  // A mask hides parts of a picture of full size; other operators measure a picture of another shape.
  const seen = simulate || task === 'inpaint' ? shape : operator.to
  const why = simulate || task === undefined ? 'the model makes such pictures' : whyOf(task, shape)
  const values = await pictureValues(item, { shape: seen.length === 3 ? seen : shape, why, fit }, access, model.scale)
  if (simulate) return observe(operator, values, { sigma, seed: `simulate ${seed}` })
  return observation(operator, task === 'inpaint' ? await operator.forward(values) : Float64Array.from(values), sigma)
}

/** The only task of clouds. */
const completion = 'complete'

/** The observation of a part of a shape. @throws TweedieError `usage` for options of pictures */
async function observationOfCloud(
  model: DrawnModel,
  item: Item,
  { task = completion, sigma = defaultSigma, simulate = false, seed = 0, ...others }: RestoreValues,
  setting: Pick<Setting, 'access' | 'onRemark'>,
): Promise<Observation> {
  if (task !== completion) {
    throw new TweedieError('usage', `\`task: ${task}\`: what a model of clouds restores is a part: ${completion}`)
  }
  for (const name of ['mask', 'factor', 'bicubic', 'kernel', 'fit'] as const) {
    if (others[name] !== undefined) throw new TweedieError('usage', `\`${name}\` is for pictures, not for clouds`)
  }
  const { observationOfPart } = await import('./cloud-parts.ts')
  return observationOfPart(model, item, { sigma, simulate, seed }, setting)
}

/** The user's own measurement of this name, if there is one. */
function ownMeasurement(
  { task }: RestoreValues,
  { measurements: own = {} }: OwnParts,
): ((shape: readonly number[], options: OptionValues) => Operator) | undefined {
  return task !== undefined && Object.hasOwn(own, task) ? own[task] : undefined
}

function taskOf({ task }: RestoreValues, { measurements = {} }: OwnParts): Task {
  const names = [...restoreTasks, ...Object.keys(measurements)]
  if (task === undefined) throw new TweedieError('usage', `what happened to it? \`task\` is one of ${names.join(', ')}`)
  if ((restoreTasks as readonly string[]).includes(task)) return task as Task
  const near = suggest(task, names)
  throw new TweedieError('usage', `\`task\` is '${task}': it must be one of ${names.join(', ')}`, {
    hint: near ? `did you mean ${near}?` : 'one of your own is given as own.measurements, or in tweedie.config.ts',
  })
}

function sigmaOf(task: Task | undefined, { sigma }: RestoreValues): number {
  if (task !== 'denoise') return sigma ?? defaultSigma
  const asked = required('sigma', task, sigma)
  if (asked > 0) return asked
  throw new TweedieError('usage', `\`task: denoise\` with \`sigma: ${asked}\`: it must be greater than 0`)
}

/** Refuses options that belong to another task. */
function refuseForeign(task: Task, options: RestoreValues): void {
  const own = { mask: 'inpaint', factor: 'super-resolution', bicubic: 'super-resolution', kernel: 'deblur' } as const
  for (const [name, of] of Object.entries(own)) {
    if (options[name as keyof typeof own] !== undefined && of !== task) {
      throw new TweedieError('usage', `\`${name}\` is for \`task: ${of}\`, not for ${task}`)
    }
  }
}

function whyOf(task: string, [, height, width]: readonly number[]): string {
  if (task === 'super-resolution') return `the model makes ${width} × ${height}`
  return task === 'colorize' ? 'a picture to be coloured is grey' : 'the model makes such pictures'
}
