/** Data prepared for training: with the teacher that the run names, if it names one. */
import { TweedieError } from '../../errors.ts'
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { PrepareSetting, Wanted } from '../family.ts'
import type { WordsData } from '../words/words-data.ts'
import type { Model } from './model.ts'
import type { TrainSpec } from './spec.ts'
import { isUsuallyBehind } from './preconditioned/precondition-spec.ts'
import type { TaughtData } from './teacher.ts'
import { isWindowed, refuseWindows } from './windowed-asked.ts'

/** The family's `prepare`: opens the teacher, the tokeniser and the text encoder that options or a specification name. */
export async function prepareValues(
  data: TrainData,
  wanted: Wanted<TrainSpec>,
  setting: PrepareSetting,
): Promise<TaughtData & WordsData> {
  if (!isWindowed(data)) refuseWindows(data, wanted)
  const windows = isWindowed(data) ? (await import('./windowed.ts')).windowed(data, wanted) : data
  const behind = await behindLaw(windows, wanted)
  const taught = await prepareTaught(behind, wanted, setting)
  if (wanted.spec?.captions === undefined && wanted.options?.['captions'] !== true) return taught
  const { withWords } = await import('../words/with-words.ts')
  return withWords(taught, wanted, setting, (model) => (model as Model).words)
}

/** Whether the network stands behind a Gaussian of the data: as it was specified, asked for, or is usual. */
function isBehind(data: AnyDataset, { spec, options }: Law): boolean {
  if (!options) return spec?.precondition !== undefined
  const { precondition } = options
  return precondition === undefined ? isUsuallyBehind(data, options) : precondition === 'gaussian'
}

/** What is wanted of a run. */
type Law = Pick<Wanted<Pick<TrainSpec, 'precondition'>>, 'spec' | 'options' | 'beside'>

/** Data with what fits a Gaussian to them, if the network is put behind one: most runs have no use for it, so it is loaded for those that do. */
export async function behindLaw<Data extends AnyDataset>(data: Data, wanted: Law): Promise<Data> {
  if (!isBehind(data, wanted)) return data
  const { seenBy: ofData } = await import('./preconditioned/seen-by.ts')
  const beside = wanted.beside as ArrayDataset | undefined
  const seenBy: typeof ofData = beside
    ? (spec, network, _judged, frame, own) => ofData(spec, network, beside, frame, own)
    : ofData
  // a copy of all windows is a getter: it is not to be read here
  return Object.freeze(
    Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(data), seenBy: { value: seenBy, enumerable: true } },
    ),
  ) as Data
}

async function prepareTaught(
  data: TrainData,
  { options, spec }: Wanted<TrainSpec>,
  setting: PrepareSetting,
): Promise<TaughtData> {
  const values = data as TaughtData
  const known = spec?.fewSteps?.teacher
  const source = options ? options.distil : known?.path
  if (source === undefined) {
    if (known === undefined || values.teacher) return values
    throw new TweedieError('usage', 'the teacher of this run was a model in memory: give it with the data again', {
      hint: 'withTeacher(data, model)',
    })
  }
  const { requireUnchanged, withTeacher } = await import('./teacher.ts')
  const { model, path } = await setting.open(source)
  if (model.family !== 'values') {
    throw new TweedieError(
      'usage',
      `\`distil\`: ${path ?? 'the teacher'} is no model of images, points or other numbers`,
    )
  }
  const taught = withTeacher(values, model as Model, path)
  if (known) requireUnchanged(known, taught.teacher!)
  return taught
}
