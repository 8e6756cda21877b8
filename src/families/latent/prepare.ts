/** Data prepared for training: encoded by the autoencoder that the run names, and with the teacher, if it names one. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { Affine, ArrayDataset } from '../../files/data/dataset.ts'
import { statesOf } from '../../files/data/states.ts'
import type { WindowedData } from '../../files/data/windows.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { PrepareSetting, Wanted } from '../family.ts'
import { keepsModel } from '../values/further.ts'
import { behindLaw } from '../values/prepare.ts'
import { requireUnchanged, type TaughtData, withTeacher } from '../values/teacher.ts'
import { withWords } from '../words/with-words.ts'
import type { WordsData } from '../words/words-data.ts'
import { autoencoderSum } from './autoencoder-sum.ts'
import { type CodeSource, latentData, type LatentData } from './data.ts'
import { encodedViews, type EncodeSetting, viewsOf } from './encode-data.ts'
import type { LatentModel } from './model.ts'
import { OwnCodes } from './own-codes.ts'
import { openAutoencoder } from './open-autoencoder.ts'
import { asValues, type LatentTrainSpec } from './spec.ts'
import type { TrainSpec } from '../values/spec.ts'
import { windowed } from '../values/windowed.ts'
import { requireSameFields } from './windows/same-fields.ts'
import { windowedCodes } from './windows/windowed-codes.ts'

/** The family's `prepare`: opens the autoencoder that options or a specification name, and encodes the data; and what reads captions. */
export async function prepareLatents(
  data: TrainData,
  wanted: Wanted<LatentTrainSpec>,
  setting: PrepareSetting,
): Promise<LatentData & TaughtData & WordsData> {
  const encoded = await behindLaw(await encodedData(data, wanted, setting), asWanted(wanted))
  return withWords(encoded, wanted, setting, (model) => (model as LatentModel).prior.words)
}

async function encodedData(
  data: TrainData,
  wanted: Wanted<LatentTrainSpec>,
  setting: PrepareSetting,
): Promise<LatentData & TaughtData> {
  const windows = windowsIn(data, wanted)
  const values = windows ? statesOf(windows.trajectory) : valuesOf(data)
  if ('codes' in values) return values as LatentData
  const { options, spec } = wanted
  const taught = options ? options.distil : spec.fewSteps?.teacher?.path
  const teacher = taught === undefined ? undefined : await openTeacher(taught, setting)
  const known = spec?.autoencoder
  const asked = options?.latents
  const source = (options ? (asked instanceof OwnCodes ? asked.of : asked) : known?.path) ?? taught
  if (source === undefined) throw unnamed(known !== undefined)
  const { affine: trained } = (wanted.beside ?? {}) as Partial<LatentData>
  // adapters and words are trained on codes as their model sees them, and so is the model itself
  const whole = options
    ? keepsModel(options) || asked instanceof OwnCodes
    : (spec.lora ?? spec.word ?? known?.whole) !== undefined
  const { autoencoder, path, store, affine: decided } = await openAutoencoder(source, values, setting, { whole })
  const affine = decided ?? trained
  const codes: CodeSource = { autoencoder, path, sum: autoencoderSum(autoencoder), ...(whole && { whole }) }
  if (known && known.sum !== codes.sum) {
    throw new TweedieError('model', `${known.path}: not the autoencoder that this run began with`, {
      hint: 'it was trained further, or replaced: bring it back, or start a new run',
    })
  }
  const flip = Boolean(options ? options.flip : spec.flip)
  if (windows) return windowsOfCodes(windows, codes, { flip, affine, taught }, { ...setting, store })
  const laws = await encodedViews(codes, values, viewsOf(autoencoder, flip), { ...setting, store })
  if (!teacher) return latentData(codes, { of: values, laws, affine })
  requireSameCodes(teacher.model, codes)
  const encoded = latentData(codes, { of: values, laws, affine: teacher.model.prior.scale.affine })
  const withIt = withTeacher(encoded, teacher.model.prior, teacher.path) as LatentData & TaughtData
  if (spec?.fewSteps?.teacher) requireUnchanged(spec.fewSteps.teacher, withIt.teacher!)
  return withIt
}

const asWanted = ({ options, spec, beside }: Wanted<LatentTrainSpec>): Wanted<TrainSpec> =>
  options ? { options, beside } : { spec: asValues(spec), beside }

/** Windows of trajectories, whose states are what is encoded; undefined for other data. */
function windowsIn(data: TrainData, wanted: Wanted<LatentTrainSpec>): WindowedData | undefined {
  const known = windowed(data as AnyDataset, asWanted(wanted))
  return 'trajectory' in known && !('codes' in known) ? (known as WindowedData) : undefined
}

async function windowsOfCodes(
  windows: WindowedData,
  codes: CodeSource,
  { flip, affine, taught }: { readonly flip: boolean; readonly affine: Affine | undefined; readonly taught: unknown },
  setting: EncodeSetting,
): Promise<LatentData> {
  if (taught !== undefined) {
    throw new TweedieError('usage', '`distil`: windows of codes are not learned from a teacher', {
      hint: 'leave `distil` out',
    })
  }
  // the autoencoder says how its values are scaled: other states of the same fields may be encoded
  const states = statesOf(windows.trajectory, codes.autoencoder.scale.affine)
  requireSameFields(codes, windows)
  const [laws] = await encodedViews(codes, states, viewsOf(codes.autoencoder, flip), setting)
  return windowedCodes(codes, { of: windows, laws: laws!, affine })
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
