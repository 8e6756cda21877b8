/** `tweedie train-classifier`: a classifier of noisy data, for classifier guidance. */
import type { Command } from 'commander'
import { command, oneOf, positive, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'

/** The options as they are typed. */
export interface TrainClassifierOptions extends CommonOptions, EngineOptions {
  readonly out: string
  readonly steps: number
  readonly batch: number
  readonly rate: number
  readonly seed: number
  readonly size?: number
  readonly channels?: 1 | 3
  readonly items?: number
  readonly force?: boolean
}

/** The command. */
export function trainClassifierCommand(): Command {
  const train = command('train-classifier', 'train a classifier of noisy data, to guide samples by')
    .argument('<data>', 'data with classes: what the model to be guided was trained on')
    .requiredOption('-o, --out <file>', 'where it goes: a .safetensors file')
    .option('--steps <n>', 'steps in all', whole({ max: 10_000_000 }), 2000)
    .option('--batch <n>', 'items to a step', whole({ max: 100_000 }), 64)
    .option('--rate <x>', 'highest learning rate', positive, 2e-3)
    .option('--size <pixels>', 'bring images to this size', whole({ max: 4096 }))
    .option('--channels <n>', '1: grey, 3: colour', (text) => Number(oneOf(['1', '3'])(text)))
    .option('--items <n>', 'built-in sets: how many items (default: 10000)', whole())
    .option('--force', 'write over a file that exists')
  withSeed(train)
  withEngine(train)
  withExamples(train, [
    ['tweedie train-classifier ./photos -o runs/photos-classifier.safetensors', 'two thousand steps'],
    ['tweedie sample runs/photos --classifier runs/photos-classifier.safetensors --class cat', 'guide by it'],
  ])
  return train.action(async (data: string, options: TrainClassifierOptions) => {
    const { runTrainClassifier } = await import('./train-classifier-run.ts')
    await runTrainClassifier(data, options)
  })
}
