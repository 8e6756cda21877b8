/** Trains a classifier of noisy data from options. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { ClassifierOptions, ClassifierSetting, TrainedClassifier } from '../family.ts'
import { encodeNoisyClassifier } from './noisy-classifier.ts'
import { trainNoisyClassifier } from './train-noisy-classifier.ts'

/** Trains it. @throws TweedieError `usage` for data without classes, `interrupted` */
export async function trainClassifier(
  data: ArrayDataset,
  options: ClassifierOptions,
  { engine, ...setting }: ClassifierSetting,
): Promise<TrainedClassifier> {
  const classifier = await trainNoisyClassifier(data, engine, { ...setting, ...options })
  const { classNames, accuracy } = classifier
  return { bytes: encodeNoisyClassifier(classifier), classNames, accuracy }
}
