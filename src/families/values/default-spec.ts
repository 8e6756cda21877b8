/** The default training, with all that it may need at hand. */
import { contextConfig } from '../words/context-config.ts'
import { type Choices, type Setting, specByDefault } from './defaults.ts'
import type { TrainSpec } from './spec.ts'

/**
 * The specification of a training run.
 *
 * @example
 * const spec = defaultSpec({ kind: 'image', shape: [1, 28, 28], length: 60_000, classes: 10 }, { budget: { minutes: 10 } })
 */
export function defaultSpec(setting: Setting, wanted: Choices = {}): TrainSpec {
  return specByDefault(setting, wanted, contextConfig)
}
