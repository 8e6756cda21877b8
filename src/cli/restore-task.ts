/** From `--task` and its options to what was measured. */
import { TweedieError } from '../errors.ts'
import {
  averagePooling,
  bicubicReduction,
  boxBlur,
  boxMask,
  gaussianBlur,
  greyScale,
  type LinearOperator,
  maskOperator,
  motionBlur,
  type Observation,
  observation,
  observe,
} from '../diffusion/measure/index.ts'
import type { Model } from '../families/values/model.ts'
import { fitPicture, readPicture, valuesOfBytes } from './restore-picture.ts'
import type { RestoreCommandOptions } from './restore.ts'

/** Noise where nothing is said: about that of a good camera, and of eight bits many times over. */
const defaultSigma = 0.02

/**
 * What was measured of a picture.
 *
 * @throws TweedieError `usage` for options that do not go together, `data` for pictures of another size or mode
 */
export async function observationOf(
  model: Model,
  path: string,
  options: RestoreCommandOptions,
): Promise<Observation<LinearOperator>> {
  const { task, simulate = false, seed } = options
  const shape = model.frame.item
  if (model.scale.kind !== 'image' || shape.length !== 3) {
    throw new TweedieError('usage', 'restore is for models of images', {
      hint: 'the library restores anything: see examples/signal.ts',
    })
  }
  refuseForeign(options)
  const sigma = sigmaOf(options)
  const operator = await operatorOf(shape, options)
  // A mask hides parts of a picture of full size; other operators measure a picture of another shape.
  const seen = simulate || task === 'inpaint' ? shape : operator.to
  const why = simulate ? 'the model makes such pictures' : whyOf(task, shape)
  const values = valuesOfBytes(fitPicture(path, await readPicture(path), seen.length === 3 ? seen : shape, why))
  if (simulate) return observe(operator, values, { sigma, seed: `simulate ${seed}` })
  return observation(operator, task === 'inpaint' ? operator.forward(values) : Float64Array.from(values), sigma)
}

async function operatorOf(shape: readonly number[], options: RestoreCommandOptions): Promise<LinearOperator> {
  const { task, mask, factor, bicubic, kernel } = options
  switch (task) {
    case 'inpaint':
      return maskOperator(shape, await maskOf(required('--mask', task, mask), shape))
    case 'super-resolution':
      return (bicubic ? bicubicReduction : averagePooling)(shape, required('--factor', task, factor))
    case 'deblur':
      return kernelOf(required('--kernel', task, kernel), shape)
    case 'denoise': {
      const all = maskOperator(shape, boxMask(shape, { height: 0, width: 0 }), 'denoise')
      return { ...all, to: shape }
    }
    case 'colorize':
      if (shape[0] !== 3)
        throw new TweedieError('usage', `--task colorize: the model makes pictures of ${shape[0]} channels`)
      return greyScale(shape)
  }
}

/** White is what is to be filled in: there nothing is seen. */
async function maskOf(path: string, shape: readonly number[]): Promise<Uint8Array> {
  const [, height, width] = shape as [number, number, number]
  const bytes = fitPicture(path, await readPicture(path), [1, height, width], 'a mask is as large as the picture')
  const seen = bytes.map((value) => (value < 128 ? 1 : 0))
  if (seen.every((value) => value === 1)) {
    throw new TweedieError('data', `${path}: the mask has no white, so there is nothing to fill in`)
  }
  if (seen.every((value) => value === 0)) throw new TweedieError('data', `${path}: the mask hides the whole picture`)
  return seen
}

/** A blur by its description. */
function kernelOf(text: string, shape: readonly number[]): LinearOperator {
  const [, name, numbers = ''] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? []
  const values = numbers === '' ? [] : numbers.split(',').map(Number)
  const [first, second = 0] = values
  if (first !== undefined && values.every(Number.isFinite)) {
    if (name === 'gaussian' && values.length === 1) return gaussianBlur(shape, first)
    if (name === 'box' && values.length === 1) return boxBlur(shape, first)
    if (name === 'motion' && values.length <= 2) return motionBlur(shape, first, second)
  }
  throw new TweedieError('usage', `--kernel: '${text}' is no kernel`, {
    hint: 'gaussian:1.5 (pixels), box:3 (pixels, odd), motion:7 or motion:7,45 (pixels, degrees)',
  })
}

function sigmaOf({ task, sigma }: RestoreCommandOptions): number {
  if (task !== 'denoise') return sigma ?? defaultSigma
  const given = required('--sigma', task, sigma)
  if (given > 0) return given
  throw new TweedieError('usage', `--task denoise with --sigma ${given}: it must be greater than 0`)
}

/** What belongs to one task makes no sense for another. */
function refuseForeign(options: RestoreCommandOptions): void {
  const own = { mask: 'inpaint', factor: 'super-resolution', bicubic: 'super-resolution', kernel: 'deblur' } as const
  for (const [name, task] of Object.entries(own)) {
    if (options[name as keyof typeof own] !== undefined && options.task !== task) {
      throw new TweedieError('usage', `--${name} is for --task ${task}, not for ${options.task}`)
    }
  }
}

function required<T>(name: string, task: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new TweedieError('usage', `--task ${task} needs ${name}`, { hint: "see 'tweedie restore --help'" })
}

function whyOf(task: string, [, height, width]: readonly number[]): string {
  if (task === 'super-resolution') return `the model makes ${width} × ${height}`
  return task === 'colorize' ? 'a picture to be coloured is grey' : 'the model makes such pictures'
}
