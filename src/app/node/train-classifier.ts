/** A classifier of noisy data, trained and written to a file. */
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ClassifierOptions, ClassifierSetting, OwnParts, TrainedClassifier } from '../../families/family.ts'
import { entryForData, familiesOf } from '../../families/registry.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import type { OptionValues } from '../../options.ts'
import { sourceOf } from '../../files/data/node/source-of.ts'
import { cacheOf, openParts, type OpenOptions } from './open-data.ts'

/** What to train, and where to write it. */
export interface ClassifierRequest extends Omit<ClassifierSetting, 'engine'>, OpenOptions {
  /** A path, or the name of a built-in set. */
  readonly data: string
  /** The file; its folder must exist. */
  readonly out: string
  readonly training: ClassifierOptions
  /** Options of the data. */
  readonly options?: OptionValues | undefined
  readonly own?: OwnParts | undefined
}

/**
 * Trains a classifier.
 *
 * @throws TweedieError `usage` for data that have no classes or are of a family without classifiers, `interrupted`
 */
export async function trainClassifierFile(
  request: ClassifierRequest,
): Promise<TrainedClassifier & { readonly data: string }> {
  const { data: path, out, training, options = {}, own = {}, ...watch } = request
  const { train: data } = await openParts(await sourceOf(path, options), {
    ...watch,
    ...cacheOf(options),
    readers: own.readers,
  })
  const family = await entryForData(data, {}, own).load()
  if (!family.trainClassifier) {
    const able: string[] = []
    for (const entry of familiesOf(own)) if ((await entry.load()).trainClassifier) able.push(entry.of)
    throw new TweedieError('usage', `${data.name}: classifiers of noisy data are for ${able.join(' and ')}`)
  }
  const { device, threads, signal, onStep } = watch
  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  const trained = await family.trainClassifier(data, training, {
    engine: await nodeEngine(),
    ...session,
    signal,
    onStep,
  })
  await writeFileAtomic(out, trained.bytes)
  return { ...trained, data: data.name }
}
