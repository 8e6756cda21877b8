/** The loss since the last line of the log: its mean, and by level of noise. Plain JSON, so that checkpoints can hold it. */
import type { StepReport } from './trainer.ts'

/** Sums over the steps of a window. */
export interface LossWindow {
  steps: number
  loss: number
  gradientNorm: number
  /** Sum and number of the items' losses in each tenth of the noise levels, the faintest first. */
  readonly bins: [sum: number, count: number][]
}

/** A line of the log. */
export interface LogLine {
  readonly step: number
  /** Passes over the data so far. */
  readonly epoch: number
  /** Means over the steps since the last line. */
  readonly loss: number
  readonly gradientNorm: number
  readonly rate: number
  /** The mean loss in each tenth of the noise levels, the faintest first; null where none was drawn. */
  readonly lossByNoise: readonly (number | null)[]
  /** The mean loss of held-out items by the averaged weights, where it was looked at since the last line. */
  readonly heldOut?: number | undefined
  readonly itemsPerSecond: number
  /** Seconds trained. */
  readonly seconds: number
}

const tenths = 10

/** A window with nothing in it. */
export function emptyWindow(): LossWindow {
  return { steps: 0, loss: 0, gradientNorm: 0, bins: Array.from({ length: tenths }, () => [0, 0]) }
}

/** Adds a step. */
export function addStep(window: LossWindow, { loss, gradientNorm, itemLoss, levels }: StepReport, table: number): void {
  window.steps++
  window.loss += loss
  window.gradientNorm += gradientNorm
  levels.forEach((level, i) => {
    const bin = window.bins[Math.floor((level / table) * tenths)]!
    bin[0] += itemLoss[i]!
    bin[1]++
  })
}

/** The line of the log for a window. */
export function summarise({
  steps,
  loss,
  gradientNorm,
  bins,
}: LossWindow): Pick<LogLine, 'loss' | 'gradientNorm' | 'lossByNoise'> {
  return {
    loss: loss / steps,
    gradientNorm: gradientNorm / steps,
    lossByNoise: bins.map(([sum, count]) => (count === 0 ? null : sum / count)),
  }
}
