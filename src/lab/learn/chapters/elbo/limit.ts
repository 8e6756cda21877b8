/** The sum over steps tends to an integral that does not see the schedule's shape. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { namedSchedule, type Schedule, type ScheduleName } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced } from '../../shared/curve.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'
import { boundComponents } from './terms.ts'

const count = 200
const [high, low] = [6, -6]

/** E‖x₀ − x̂₀‖² at a time. */
function errorAt(schedule: Schedule, t: number): number {
  const law = mixtureDenoiser({ schedule, components: boundComponents })
  const noise = new Float64Array(count)
  spreadNoise(noise, 0, 0)
  const x = spreadData(boundComponents, count).map(
    (value, i) => schedule.alpha(t) * value + schedule.sigma(t) * noise[i]!,
  )
  return average(law.variance(x, t))
}

/** ½ Σ (SNR_{t−1} − SNR_t) E‖x₀ − x̂₀‖² between two log-SNR, in so many equal steps of time. */
export function stepSum(schedule: Schedule, steps: number): number {
  const [from, to] = [schedule.timeOfLogSnr(high), schedule.timeOfLogSnr(low)]
  const times = spaced(from, to, steps + 1)
  const snr = (t: number) => Math.exp(schedule.logSnr(t))
  let sum = 0
  for (let k = 1; k <= steps; k++) sum += ((snr(times[k - 1]!) - snr(times[k]!)) / 2) * errorAt(schedule, times[k]!)
  return sum
}

export const limitFigure = figure({
  id: 'limit',
  title: 'Many steps, any shape',
  hint: 'Change the schedule: with few steps the sums differ, with many they are one number. Only the ends of λ count.',
  controls: {
    schedule: {
      kind: 'choice',
      label: 'schedule',
      options: [
        { value: 'cosine', label: 'cosine' },
        { value: 'vp', label: 'VP' },
        { value: 'rectified-flow', label: 'rectified flow' },
      ],
      initial: 'cosine',
    },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 128, step: 2, initial: 16 },
  },
  show({ schedule: name, steps }) {
    const schedule = namedSchedule(name as ScheduleName)
    const at = spaced(low, high, 41)
    // ½ e^λ E‖x₀ − x̂₀‖²: the integral over λ, which is the same on every schedule
    const density = at.map((l) => (Math.exp(l) / 2) * errorAt(schedule, schedule.timeOfLogSnr(l)))
    const step = (high - low) / 40
    const integral = density.reduce((sum, value, i) => sum + value * step * (i === 0 || i === 40 ? 0.5 : 1), 0)
    const sum = stepSum(schedule, steps)
    const [from, to] = [schedule.timeOfLogSnr(high), schedule.timeOfLogSnr(low)]
    const visited = spaced(from, to, steps + 1).map((t) => schedule.logSnr(t))
    const [first, last] = [Math.exp(high), Math.exp(low)]
    return {
      views: [
        {
          kind: 'plot',
          title: 'what each unit of λ adds',
          x: { label: 'λ: noise ← → data', min: low, max: high },
          y: { label: 'nats', min: 0, max: 1.15 * Math.max(...density) },
          marks: [
            { kind: 'area', x: at, y: density, ink: 'model', label: '½ SNR E‖x₀ − x̂₀‖²' },
            { kind: 'points', x: visited, y: visited.map(() => 0.02), ink: 'noise', radius: 3, label: 'the steps' },
          ],
        },
      ],
      numbers: { steps, sum, integral, first, last },
      caption: `${steps} steps add up to ${say(sum)} nats; the integral is ${say(integral)}, whatever the schedule.`,
    }
  },
})
