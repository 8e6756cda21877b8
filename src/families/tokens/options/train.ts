/** The options of `train` for tokens. */
import { oneOf, options, real, whole } from '../../../options.ts'
import { kernels, processSchedules, tokenObjectives } from '../../choices.ts'
import { dropout, labelDropout, sizeOptions } from '../../train-options.ts'

const group = 'More: tokens (text, maps, images with --categories)'

export const trainOptions = options({
  ...sizeOptions,
  dropout,
  labelDropout,
  kernel: {
    flags: '--kernel <name>',
    help: `how tokens are corrupted: ${kernels.join(', ')} (default: absorbing)`,
    parse: oneOf(kernels),
    group,
  },
  processSteps: {
    flags: '--process-steps <n>',
    help: 'steps of the process, or continuous',
    parse: (text: string): number | 'continuous' => (text === 'continuous' ? text : whole({ max: 100_000 })(text)),
    group,
  },
  processSchedule: {
    flags: '--process-schedule <name>',
    help: processSchedules.join(', '),
    parse: oneOf(processSchedules),
    group,
  },
  tokenObjective: {
    flags: '--token-objective <name>',
    help: 'bound: in nats a token; hybrid: bound + λ cross-entropy; or cross-entropy alone',
    parse: oneOf(tokenObjectives),
    group,
  },
  lambda: { flags: '--lambda <x>', help: 'λ of hybrid (default: 1)', parse: real({ min: 0 }), group },
})
