/** A teacher: the model whose samples another one learns to draw in few steps. It comes with the data of the run. */
import type { ArrayDataset, DataScale } from '../../files/data/dataset.ts'
import { classCount } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'
import { checksum } from '../../files/io/checksum.ts'
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../../errors.ts'
import type { Model } from './model.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** A model that is learned from. */
export interface Teacher {
  readonly model: Model
  /** The absolute path of its folder; none for a model in memory. */
  readonly path: string | undefined
  /** Of its weights and its noise: a run refuses to go on with another one. */
  readonly sum: string
}

/** Data with a teacher. */
export interface TaughtData extends ArrayDataset {
  readonly teacher?: Teacher | undefined
}

/**
 * Data to learn from a teacher on: those that it was trained on, or others of the same kind.
 *
 * @throws TweedieError `usage` or `model` for a teacher that makes other data, or cannot be learned from
 * @example
 * const data = withTeacher(dataset, teacher)
 * const spec = await valuesFamily.specOf(data, { distil: 'teacher', stepsOfSampler: 4 }, {})
 */
export function withTeacher(data: ArrayDataset, model: Model, path?: string): TaughtData {
  const name = path ?? 'the teacher'
  requireSameData(name, model, data)
  requireLearnable(name, model)
  const { buffer, byteOffset, byteLength } = model.weights
  const { schedule, objective, data: of } = model.meta
  const facts = { network: model.network.config, scheduler: model.scheduler, schedule, objective, of }
  const sum = checksum(new Uint8Array(buffer, byteOffset, byteLength), new TextEncoder().encode(JSON.stringify(facts)))
  return withFacts(data, { teacher: Object.freeze({ model, path, sum }) })
}

/** Refuses a teacher that is not the one of a specification. */
export function requireUnchanged(
  { sum, path }: Pick<Teacher, 'sum'> & { readonly path?: string | undefined },
  teacher: Pick<Teacher, 'sum'>,
): void {
  if (sum === teacher.sum) return
  throw new TweedieError('model', `${path ?? 'the teacher'}: not the model that this run began to learn from`, {
    hint: 'it was trained further, or replaced: bring it back, or start a new run',
  })
}

function requireSameData(name: string, { frame, scale, classNames }: Model, data: ArrayDataset): void {
  const classes = classCount(data)
  const facts = [
    ['items', `[${frame.item.join(', ')}]`, `[${data.shape.join(', ')}]`],
    ['values', scaleText(scale), scaleText(data)],
    // a model without classes learns from data with them as if there were none
    ['classes', classNames.length, classNames.length > 0 ? classes : 0],
  ] as const
  const other = facts.find(([, makes, has]) => makes !== has)
  if (other === undefined) return
  const [what, makes, has] = other
  throw new TweedieError('usage', `\`distil\`: ${name} makes ${what} ${makes}, and those of ${data.name} are ${has}`, {
    hint: 'give the data that it was trained on',
  })
}

/** What the network's −1 and 1, or 0 and 1, are in the values of the data. */
function scaleText(scale: DataScale): string {
  if (areBytes(scale)) return 'bytes'
  const { affine, range } = scale
  const list = (numbers: readonly number[]): string => numbers.map((each) => each.toPrecision(5)).join(', ')
  return affine ? `${list(affine.shift)} + x · ${list(affine.scale)}` : list(range)
}

function requireLearnable(name: string, { network, parametrisation, sampling }: Model): void {
  if (learnsVariance(network)) {
    throw new TweedieError('usage', `\`distil\`: ${name} predicts variances, of which few steps make no use`, {
      hint: 'a teacher that was trained without `learnVariance`',
    })
  }
  if (parametrisation.name === 'epsilon' || parametrisation.name === 'score') {
    throw new TweedieError(
      'usage',
      `\`distil\`: ${name} predicts ${parametrisation.name}, which says next to nothing about the data where there is only noise`,
      { hint: 'a teacher that predicts v (the default), sample, flow or edm' },
    )
  }
  if (sampling.clip?.kind === 'threshold') {
    throw new TweedieError('usage', `\`distil\`: ${name} is sampled with dynamic thresholding, which is not distilled`)
  }
}
