/** `tweedie train-classifier`: a classifier of noisy data, for classifier guidance. */
import type { Command } from 'commander'
import { dataOptions } from '../files/data/options.ts'
import { engineOptions, seedOptions } from '../families/options.ts'
import type { OwnParts } from '../families/family.ts'
import { type OptionValues, options, positive, text, whole } from '../options.ts'
import type { CommonOptions } from './common.ts'
import { command, duration, note, print, printJson } from './common.ts'

const { size, channels, items } = dataOptions

const general = options({
  out: { flags: '-o, --out <file>', help: 'the output: a .safetensors file', parse: text },
  steps: { flags: '--steps <n>', help: 'steps in all', parse: whole({ max: 10_000_000 }), default: 2000 },
  batch: { flags: '--batch <n>', help: 'items to a step', parse: whole({ max: 100_000 }), default: 64 },
  rate: { flags: '--rate <x>', help: 'highest learning rate', parse: positive, default: 2e-3 },
  force: { flags: '--force', help: 'write over a file that exists' },
})

interface Values extends OptionValues, CommonOptions {
  readonly out?: string
  readonly steps: number
  readonly batch: number
  readonly rate: number
  readonly seed: number
  readonly force?: boolean
  readonly device: string
  readonly threads?: number
}

/** The command. */
export function trainClassifierCommand(own: OwnParts = {}): Command {
  const train = command('train-classifier', 'train a classifier of noisy data, to guide samples by', {
    args: [['<data>', 'data with classes: what the model to be guided was trained on']],
    tables: [general, { size, channels, items }, seedOptions, engineOptions],
    examples: [
      ['tweedie train-classifier ./photos -o runs/photos-classifier.safetensors', 'two thousand steps'],
      ['tweedie sample runs/photos --classifier runs/photos-classifier.safetensors --class cat', 'guide by it'],
    ],
  })
  return train.action((data: string, values: Values) => run(data, values, own))
}

async function run(data: string, values: Values, own: OwnParts): Promise<void> {
  const { out, steps, batch, rate, seed, force = false, device, threads } = values
  const { TweedieError } = await import('../errors.ts')
  if (out === undefined) {
    throw new TweedieError('usage', 'where should the classifier go?', { hint: '--out classifier.safetensors' })
  }
  const { requireNew } = await import('../app/node/require-new.ts')
  await requireNew(out, ['.safetensors'], force)
  const { trainClassifierFile } = await import('../app/node/train-classifier.ts')
  const { watched } = await import('./watched.ts')
  const options = { size: values.size, channels: values.channels, items: values.items }
  const training = { steps, batch, rate, seed }
  const what = 'the training, of which nothing is written,'
  const { result, seconds } = await watched('train', what, values, ({ signal, progress }) =>
    trainClassifierFile({
      data,
      out,
      training,
      options,
      own,
      device,
      ...(threads !== undefined && { threads }),
      signal,
      onStep: (step, total, loss) => progress.update(step, total, `loss ${loss.toFixed(3)}`),
      onRemark: (remark) => progress.say(remark),
    }),
  )
  const { accuracy, classNames } = result
  if (values.json)
    return printJson({ file: out, data: result.data, classes: classNames, steps, seed, accuracy, seconds })
  const rates = accuracy.map(({ noise, rate: share }) => `${(100 * share).toFixed(0)} % at ${noise}`)
  print(`${out}: recognises ${rates.join(', ')} (noise over data)`)
  note(`${steps} steps, seed ${seed}, ${duration(seconds)}`, values)
}
