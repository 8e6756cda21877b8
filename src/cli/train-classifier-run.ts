/** What `tweedie train-classifier` does. */
import { isTweedieError, TweedieError } from '../errors.ts'
import { writeFileAtomic } from '../io/node/files.ts'
import { encodeNoisyClassifier } from '../model/guided-classifier.ts'
import { nodeEngine } from '../runtime/node.ts'
import { trainNoisyClassifier } from '../train/noisy-classifier.ts'
import { duration, listenForInterrupt, note, print, printJson, sessionOptions, startProgress } from './common.ts'
import { openData } from './open-data.ts'
import { requireNew } from './require-new.ts'
import type { TrainClassifierOptions } from './train-classifier.ts'

/** Trains and writes it. */
export async function runTrainClassifier(path: string, options: TrainClassifierOptions): Promise<void> {
  const { out, steps, batch, rate, seed, size, channels, items, force = false } = options
  await requireNew(out, ['.safetensors'], force)
  const dataset = await openData({ path, size, channels, length: items }, options)
  using interrupt = listenForInterrupt()
  using progress = await startProgress('train', options)
  const begin = performance.now()
  const classifier = await trainNoisyClassifier(dataset, await nodeEngine(), {
    ...sessionOptions(options),
    steps,
    batch,
    rate,
    seed,
    signal: interrupt.signal,
    onStep: (step, total, loss) => progress.update(step, total, `loss ${loss.toFixed(3)}`),
  }).catch((error: unknown) => {
    if (interrupt.status === undefined || isTweedieError(error, 'interrupted')) throw error
    throw new TweedieError('interrupted', 'the training was stopped, and nothing is written', { cause: error })
  })
  progress.stop()
  await writeFileAtomic(out, encodeNoisyClassifier(classifier))
  const seconds = (performance.now() - begin) / 1000
  const { accuracy, classNames } = classifier
  if (options.json) {
    return printJson({ file: out, data: dataset.name, classes: classNames, steps, seed, accuracy, seconds })
  }
  const rates = accuracy.map(({ noise, rate }) => `${(100 * rate).toFixed(0)} % at ${noise}`)
  print(`${out}: recognises ${rates.join(', ')} (noise over data)`)
  note(`${steps} steps, seed ${seed}, ${duration(seconds)}`, options)
}
