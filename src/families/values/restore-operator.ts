/** The measurement of each task: a mask, a reduction, a blur, a grey picture. */
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
} from '../../diffusion/measure/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import type { restoreTasks } from '../choices.ts'
import type { Access, WantedPicture } from '../family.ts'
import type { restoreOptions } from './options/restore.ts'

/** The tasks: kinds of damage. */
export type Task = (typeof restoreTasks)[number]

/**
 * The measurement of a task.
 *
 * @param shape of one item, `[channels, height, width]`
 * @throws TweedieError `usage` for an option that is missing or makes no sense, `data` for a mask that does not fit
 */
export async function operatorOf(
  task: Task,
  shape: readonly number[],
  options: Omit<ValuesOf<typeof restoreOptions>, 'prompt'>,
  access: Pick<Access, 'picture'>,
): Promise<LinearOperator> {
  const { mask, factor, bicubic, kernel, fit } = options
  switch (task) {
    case 'inpaint':
      return maskOperator(shape, await maskOf(required('mask', task, mask), shape, fit, access))
    case 'super-resolution':
      return (bicubic ? bicubicReduction : averagePooling)(shape, required('factor', task, factor))
    case 'deblur':
      return kernelOf(required('kernel', task, kernel), shape)
    case 'denoise': {
      const all = maskOperator(shape, boxMask(shape, { height: 0, width: 0 }), 'denoise')
      return { ...all, to: shape }
    }
    case 'colorize':
      if (shape[0] !== 3)
        throw new TweedieError(
          'usage',
          `\`task: colorize\`: the model makes pictures of ${shape[0]} channels, not of 3`,
        )
      return greyScale(shape)
  }
}

/** 1 where a pixel of the mask is black, and seen; white ones are filled in. @throws TweedieError `data` for one that hides all or nothing */
export async function maskOf(
  name: string,
  [, height, width]: readonly number[],
  fit: WantedPicture['fit'],
  access: Pick<Access, 'picture'>,
): Promise<Uint8Array> {
  const why = 'a mask is as large as the picture'
  const values = await access.picture(name, { shape: [1, height!, width!], why, fit })
  const seen = Uint8Array.from(values, (value) => (value < 0 ? 1 : 0))
  if (seen.every((value) => value === 1)) {
    throw new TweedieError('data', `${name}: the mask has no white, so there is nothing to fill in`)
  }
  if (seen.every((value) => value === 0)) throw new TweedieError('data', `${name}: the mask hides the whole picture`)
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
  throw new TweedieError('usage', `\`kernel\`: '${text}' is no kernel`, {
    hint: 'gaussian:1.5 (pixels), box:3 (pixels, odd), motion:7 or motion:7,45 (pixels, degrees)',
  })
}

/** The value of an option that a task needs. @throws TweedieError `usage` */
export function required<T>(name: string, task: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new TweedieError('usage', `\`task: ${task}\` needs \`${name}\``)
}
