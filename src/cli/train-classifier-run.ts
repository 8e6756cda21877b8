/** What `tweedie train-classifier` does. */
import { writeFileAtomic } from '../files/io/node/files.ts'
import { encodeNoisyClassifier } from '../families/values/noisy-classifier.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { trainNoisyClassifier } from '../families/values/train-noisy-classifier.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { openData } from './open-data.ts'
import { requireNew } from '../app/node/require-new.ts'
import type { TrainClassifierOptions } from './train-classifier.ts'
import { watched } from './watched.ts'

/** Trains and writes it. */
export async function runTrainClassifier(path: string, options: TrainClassifierOptions): Promise<void> {
  const { out, steps, batch, rate, seed, size, channels, items, force = false } = options
  await requireNew(out, ['.safetensors'], force)
  const dataset = await openData({ path, size, channels, length: items }, options)
  const what = 'the training, of which nothing is written,'
  const trained = await watched('train', what, options, async ({ signal, progress }) =>
    trainNoisyClassifier(dataset, await nodeEngine(), {
      ...sessionOptions(options),
      steps,
      batch,
      rate,
      seed,
      signal,
      onStep: (step, total, loss) => progress.update(step, total, `loss ${loss.toFixed(3)}`),
    }),
  )
  const { result: classifier, seconds } = trained
  await writeFileAtomic(out, encodeNoisyClassifier(classifier))
  const { accuracy, classNames } = classifier
  if (options.json) {
    return printJson({ file: out, data: dataset.name, classes: classNames, steps, seed, accuracy, seconds })
  }
  const rates = accuracy.map(({ noise, rate }) => `${(100 * rate).toFixed(0)} % at ${noise}`)
  print(`${out}: recognises ${rates.join(', ')} (noise over data)`)
  note(`${steps} steps, seed ${seed}, ${duration(seconds)}`, options)
}
