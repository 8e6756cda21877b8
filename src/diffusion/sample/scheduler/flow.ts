/** Schedulers of rectified flow: straight paths, times that are shifted towards noise, and the timestep t · T. */
import { TweedieError } from '../../../errors.ts'
import { rectifiedFlow } from '../../noise/flow.ts'
import { requireSteps } from '../times.ts'
import type { SchedulerOptions } from './options.ts'
import type { NoiseParts } from './types.ts'
import { levelCurve } from './table-grid.ts'

/** t → s t / (1 + (s − 1) t): s times the noise level. */
const shifted = (shift: number) => (t: number) => (shift * t) / (1 + (shift - 1) * t)

/**
 * Flow matching: n times from 1 to shift · (1/T), shifted once more; then, by option, stretched so that the last is
 * `shift_terminal`, and replaced by a curve of levels; then clean data.
 */
export function flowParts(options: SchedulerOptions): NoiseParts {
  const { num_train_timesteps: T = 1000, shift = 1, shift_terminal: terminal } = options
  const shiftTime = shifted(shift)
  const curve = levelCurve(options)
  const lowest = shiftTime(1 / T)
  return {
    schedule: rectifiedFlow(),
    table: undefined,
    kind: 'flow',
    times(steps) {
      requireSteps(steps)
      const share = (i: number): number => (steps === 1 ? 0 : i / (steps - 1))
      const plain = Array.from({ length: steps }, (_, i) => shiftTime(1 + share(i) * (lowest - 1)))
      const ended = terminal ? stretched(plain, terminal) : plain
      const [most, least] = [ended[0]!, ended.at(-1)!]
      return [...(curve ? ended.map((_, i) => curve(most, least, share(i))) : ended), 0]
    },
    level: (t) => t * T,
  }
}

/** Solvers made for tables, on the levels of a flow: `use_flow_sigmas`. They begin where some signal is left. */
export function flowLevels(options: SchedulerOptions): NoiseParts {
  const { _class_name: className, num_train_timesteps: T = 1000, flow_shift = 1, shift_terminal: terminal } = options
  if (options.prediction_type !== 'flow_prediction') {
    throw new TweedieError('model', `${className}: use_flow_sigmas with prediction_type "${options.prediction_type}"`, {
      hint: 'supported is "flow_prediction"',
    })
  }
  if (options.final_sigmas_type === 'sigma_min' || levelCurve(options)) {
    throw new TweedieError(
      'model',
      `${className}: use_flow_sigmas goes with final_sigmas_type "zero" and no other levels`,
    )
  }
  const shiftTime = shifted(flow_shift)
  // UniPC begins at pure noise, but for a trace of signal; the others at the last level but one
  const first = className.startsWith('UniPC') ? 1 : 1 - 1 / T
  const end = className.startsWith('UniPC') ? 1 / T : 0
  return {
    schedule: rectifiedFlow(),
    table: undefined,
    kind: 'flow',
    times(steps) {
      requireSteps(steps)
      const plain = Array.from({ length: steps }, (_, i) => shiftTime(first + (i / steps) * (end - first)))
      const ended = terminal ? stretched(plain, terminal) : plain
      return [...ended.map((t) => Math.min(t, 1 - 1e-6)), 0]
    },
    level: (t) => Math.floor(t * T + 1e-9),
  }
}

/** Times moved linearly, 1 staying 1, so that the last is `terminal`. */
function stretched(times: readonly number[], terminal: number): number[] {
  const scale = (1 - times.at(-1)!) / (1 - terminal)
  return scale === 0 ? [...times] : times.map((t) => 1 - (1 - t) / scale)
}
