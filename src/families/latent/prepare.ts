/** Data prepared for training: encoded by the autoencoder that the run names, and with the teacher, if it names one. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { PrepareSetting, Wanted } from '../family.ts'
import { keepsModel } from '../values/further.ts'
import { requireUnchanged, type TaughtData, withTeacher } from '../values/teacher.ts'
import { withWords } from '../words/with-words.ts'
import type { WordsData } from '../words/words-data.ts'
import { autoencoderSum } from './autoencoder-sum.ts'
import { type CodeSource, latentData, type LatentData } from './data.ts'
import { encodedViews, viewsOf } from './encode-data.ts'
import type { LatentModel } from './model.ts'
import { OwnCodes } from './own-codes.ts'
import { openAutoencoder } from './open-autoencoder.ts'
import type { LatentTrainSpec } from './spec.ts'

/** The family's `prepare`: opens the autoencoder that options or a specification name, and encodes the data; and what reads captions. */
export async function prepareLatents(
  data: TrainData,
  wanted: Wanted<LatentTrainSpec>,
  setting: PrepareSetting,
): Promise<LatentData & TaughtData & WordsData> {
  const encoded = await encodedData(data, wanted, setting)
  return withWords(encoded, wanted, setting, (model) => (model as LatentModel).prior.words)
}

async function encodedData(
  data: TrainData,
  wanted: Wanted<LatentTrainSpec>,
  setting: PrepareSetting,
): Promise<LatentData & TaughtData> {
  const values = valuesOf(data)
  if ('codes' in values) return values as LatentData
  const { options, spec } = wanted
  const taught = options ? options.distil : spec.fewSteps?.teacher?.path
  const teacher = taught === undefined ? undefined : await openTeacher(taught, setting)
  const known = spec?.autoencoder
  const asked = options?.latents
  const source = (options ? (asked instanceof OwnCodes ? asked.of : asked) : known?.path) ?? taught
  if (source === undefined) throw unnamed(known !== undefined)
  // adapters and words are trained on codes as their model sees them, and so is the model itself
  const whole = options
    ? keepsModel(options) || asked instanceof OwnCodes
    : (spec.lora ?? spec.word ?? known?.whole) !== undefined
  const { autoencoder, path, store, affine } = await openAutoencoder(source, values, setting, { whole })
  const codes: CodeSource = { autoencoder, path, sum: autoencoderSum(autoencoder), ...(whole && { whole }) }
  if (known && known.sum !== codes.sum) {
    throw new TweedieError('model', `${known.path}: not the autoencoder that this run began with`, {
      hint: 'it was trained further, or replaced: bring it back, or start a new run',
    })
  }
  const views = viewsOf(autoencoder, Boolean(options ? options.flip : spec.flip))
  const laws = await encodedViews(codes, values, views, { ...setting, store })
  if (!teacher) return latentData(codes, { of: values, laws, affine })
  requireSameCodes(teacher.model, codes)
  const encoded = latentData(codes, { of: values, laws, affine: teacher.model.prior.scale.affine })
  const withIt = withTeacher(encoded, teacher.model.prior, teacher.path) as LatentData & TaughtData
  if (spec?.fewSteps?.teacher) requireUnchanged(spec.fewSteps.teacher, withIt.teacher!)
  return withIt
}

function valuesOf(data: TrainData): ArrayDataset {
  if (isArrays(data)) return data
  throw new TweedieError('usage', `${data.name}: ${data.kind}, where images, points or other numbers are needed`)
}

async function openTeacher(source: unknown, setting: PrepareSetting) {
  const { model, path } = await setting.open(source)
  if (model.family === 'latent') return { model: model as LatentModel, path }
  throw new TweedieError('usage', `\`distil\`: ${path ?? 'the teacher'} is no model of an autoencoder's codes`, {
    hint: 'leave `latents` out to learn from a model of pixels',
  })
}

/** Codes of one autoencoder mean nothing to a model of the codes of another. */
function requireSameCodes({ autoencoder }: LatentModel, { sum, path = 'the autoencoder' }: CodeSource): void {
  if (autoencoderSum(autoencoder) === sum) return
  throw new TweedieError('usage', `\`latents\`: ${path} is not the autoencoder whose codes the teacher has learned`, {
    hint: 'leave `latents` out: the teacher has its own autoencoder',
  })
}

function unnamed(isRun: boolean): TweedieError {
  if (isRun) {
    return new TweedieError(
      'usage',
      'the autoencoder of this run was a model in memory: prepare the data with it again',
      {
        hint: 'latentData of codes by the same autoencoder',
      },
    )
  }
  return new TweedieError('usage', 'which autoencoder makes the codes?', {
    hint: '`latents: runs/vae`, what `train DATA --model vae` made',
  })
}
